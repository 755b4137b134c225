#include "api/actuator_service.h"

#include <google/protobuf/util/time_util.h>

#include "api/binder.h"
#include "store/user_store.h"

namespace argus::api {
namespace {

// Somebody but the initial admin exists, and so the admin has signed in to make them.
Result<bool> HasSecondUser(store::Reader& reader) {
  store::ListQuery query;
  query.page_size = 2;
  ARGUS_ASSIGN(const auto users, store::ListUsers(reader, query));
  return users.items.size() > 1;
}

}  // namespace

void ActuatorService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.ActuatorService", this).Read("GetActuatorInfo", &ActuatorService::GetActuatorInfo);
}

Result<v1::ActuatorInfo> ActuatorService::GetActuatorInfo(RequestContext& ctx, const v1::GetActuatorInfoRequest&) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const bool set_up, HasSecondUser(reader));
  v1::ActuatorInfo info;
  info.set_version(facts_.version);
  info.set_git_commit(facts_.git_commit);
  *info.mutable_start_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(facts_.start_time));
  info.set_external_url(facts_.external_url);
  info.set_metastore(metastore_.dialect() == db::Dialect::kSqlite ? "sqlite" : "postgresql");
  info.set_debug(facts_.debug);
  info.set_demo(facts_.demo);
  info.set_need_admin_setup(!set_up);
  return info;
}

}  // namespace argus::api
