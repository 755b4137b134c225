#include "api/interceptors.h"
#include "platform/base/reasons.h"

namespace argus::api {
namespace {

Status CheckLimits(const rpc::Call& call, const Readiness& readiness, MonotonicTime now) {
  if (call.context().cancel->cancelled()) return Error(Code::kCancelled, reasons::kCancelled, "The caller went away.");
  if (now >= call.context().deadline) {
    return Error(Code::kDeadlineExceeded, reasons::kDeadlineExceeded,
                 "The deadline had passed before the request ran.");
  }
  if (call.method().kind() != rpc::MethodKind::kUnary && readiness.draining()) {
    return Error(Code::kUnavailable, reasons::kDraining, "The server is shutting down; open the stream elsewhere.")
        .WithRetryAfter(std::chrono::seconds(1));
  }
  return Ok();
}

}  // namespace

rpc::Interceptor Limit(const Readiness& readiness, const Clock& clock) {
  return [&readiness, &clock](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    ARGUS_RETURN_IF_ERROR(CheckLimits(call, readiness, clock.Monotonic()));
    return next(call);
  };
}

}  // namespace argus::api
