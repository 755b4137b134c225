#include "api/actuator_service.h"

#include <google/protobuf/util/time_util.h>

#include <array>
#include <utility>

#include "api/binder.h"
#include "command/work.h"
#include "platform/base/reasons.h"
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

constexpr std::array<std::pair<v1::LogLevel, log::Level>, 4> kLevels{{
    {v1::LOG_LEVEL_DEBUG, log::Level::kDebug},
    {v1::LOG_LEVEL_INFO, log::Level::kInfo},
    {v1::LOG_LEVEL_WARN, log::Level::kWarn},
    {v1::LOG_LEVEL_ERROR, log::Level::kError},
}};

v1::LogLevel ToProto(log::Level level) {
  for (const auto& [message, known] : kLevels) {
    if (known == level) return message;
  }
  return v1::LOG_LEVEL_UNSPECIFIED;
}

Result<log::Level> FromProto(v1::LogLevel level) {
  for (const auto& [message, known] : kLevels) {
    if (message == level) return known;
  }
  return Error(Code::kInvalidArgument, reasons::kInvalidField, "level: one of the log levels is needed.")
      .WithField("level", "LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN or LOG_LEVEL_ERROR");
}

}  // namespace

void ActuatorService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.ActuatorService", this)
      .Read("GetActuatorInfo", &ActuatorService::GetActuatorInfo)
      .Read("SetLogLevel", &ActuatorService::SetLogLevel);
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
  info.set_log_level(ToProto(logger_.level()));
  return info;
}

// The entry commits first: no level changes unrecorded.
Result<v1::ActuatorInfo> ActuatorService::SetLogLevel(RequestContext& ctx, const v1::SetLogLevelRequest& request) {
  ARGUS_ASSIGN(const log::Level level, FromProto(request.level()));
  ARGUS_RETURN_IF_ERROR(command::Run<v1::ActuatorInfo>(
      metastore_, ctx, request, [&](command::Work& work) -> Result<v1::ActuatorInfo> {
        ARGUS_RETURN_IF_ERROR(work.Require("", "actuator"));
        work.Record({"actuator", v1::AuditLog::NOTICE,
                     command::Extra({{"replica", metastore_.replica()},
                                     {"level_before", v1::LogLevel_Name(ToProto(logger_.level()))},
                                     {"level", v1::LogLevel_Name(request.level())}}),
                     {}});
        return v1::ActuatorInfo();
      }));
  logger_.set_level(level);
  return GetActuatorInfo(ctx, {});
}

}  // namespace argus::api
