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

rpc::Interceptor Measure(HttpMetrics& metrics, const Clock& clock) {
  return [&metrics, &clock](rpc::Call& call, const rpc::Next& next) {
    const MonotonicTime begin = clock.Monotonic();
    auto result = next(call);
    if (call.method().kind() == rpc::MethodKind::kUnary) {
      const Status status = result.ok() ? Ok() : Status(result.error());
      metrics.Answered(AnswerOf(call, status), clock.Monotonic() - begin);
    } else {
      WhenEnded(call, result, [&metrics, &call](const Status& status) { metrics.Ended(AnswerOf(call, status)); });
    }
    return result;
  };
}

}  // namespace argus::api
