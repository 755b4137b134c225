#include <chrono>

#include "api/call_state.h"
#include "api/interceptors.h"
#include "api/log_events.h"
#include "command/work.h"
#include "contract/services.h"

namespace argus::api {
namespace {

// An entry may still be written when the caller's own time is over.
constexpr std::chrono::seconds kPatience{5};

// What nobody in particular sent and nobody understood is no attempt at anything.
bool IsNoise(const RequestContext& ctx, const Error& error) {
  return ctx.actor.empty() && error.code() == Code::kInvalidArgument;
}

bool MustRecord(rpc::Call& call, const Error& error) {
  return !contract::PolicyOf(*call.method().descriptor()).audit_action().empty() && !StateOf(call).records_failures &&
         !IsNoise(call.context(), error);
}

RequestContext Uncancelled(const RequestContext& ctx, MonotonicTime now) {
  RequestContext copy = ctx;
  copy.cancel = std::make_shared<CancelToken>();
  copy.deadline = now + kPatience;
  return copy;
}

Status Record(store::Metastore& metastore, rpc::Call& call, const Error& error, MonotonicTime now) {
  const RequestContext ctx = Uncancelled(call.context(), now);
  const auto& policy = contract::PolicyOf(*call.method().descriptor());
  const auto request = call.Decode();
  return command::RecordFailure(metastore, ctx, request.ok() ? **request : call.method().request_prototype(), policy,
                                error);
}

}  // namespace

rpc::Interceptor RecordDenials(store::Metastore& metastore, log::Logger& logger, const Clock& clock,
                               const trace::Tracer& tracer) {
  return [&metastore, &logger, &clock, &tracer](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    auto result = next(call);
    if (result.ok() || !MustRecord(call, result.error())) return result;
    trace::Scope scope(tracer, call.context(), {.name = "record denial"});
    const Status recorded = scope.Ended(Record(metastore, call, result.error(), clock.Monotonic()));
    if (!recorded.ok()) {
      logger.Log(call.context(), events::kDenialNotRecorded, recorded.error(), {{"rpc", call.method().full_name()}});
    }
    return result;
  };
}

}  // namespace argus::api
