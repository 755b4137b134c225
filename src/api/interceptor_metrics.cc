#include "api/interceptors.h"
#include "api/stream_end.h"
#include "platform/rpc/error_mapping.h"

namespace argus::api {
namespace {

HttpMetrics::Answer AnswerOf(const rpc::Call& call, const Status& status) {
  return {call.http_method(), call.route(), status.ok() ? 200 : rpc::HttpStatus(status.error()),
          rpc::ProtocolName(call.protocol())};
}

}  // namespace

// A stream counts as under way until it ends.
rpc::Interceptor Measure(HttpMetrics& metrics, const Clock& clock) {
  return [&metrics, &clock](rpc::Call& call, const rpc::Next& next) {
    const MonotonicTime begin = clock.Monotonic();
    metrics.Began();
    auto result = next(call);
    const bool unary = call.method().kind() == rpc::MethodKind::kUnary;
    WhenEnded(call, result, [&metrics, &clock, &call, unary, begin](const Status& status) {
      metrics.Done();
      metrics.RpcEnded(call.method(), status.ok() ? nullptr : &status.error());
      if (!unary) return metrics.Ended(AnswerOf(call, status));
      const auto duration = clock.Monotonic() - begin;
      metrics.RpcTook(call.method(), duration, call.context().trace);
      metrics.Answered(AnswerOf(call, status), duration, call.context().trace);
    });
    return result;
  };
}

}  // namespace argus::api
