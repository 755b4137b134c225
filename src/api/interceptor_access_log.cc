#include <chrono>

#include "api/interceptors.h"
#include "api/log_events.h"
#include "api/stream_end.h"
#include "platform/rpc/error_mapping.h"

namespace argus::api {
namespace {

void LogRequest(log::Logger& logger, const rpc::Call& call, const Status& status, std::chrono::nanoseconds duration) {
  const double millis = std::chrono::duration<double, std::milli>(duration).count();
  const bool failed = !status.ok();
  logger.Log(call.context(), events::kRequest,
             {{"rpc", call.method().full_name()},
              {"protocol", rpc::ProtocolName(call.protocol())},
              {"http_method", call.http_method()},
              {"path", call.path()},
              {"status", failed ? rpc::HttpStatus(status.error()) : 200},
              {"code", failed ? CodeName(status.error().code()) : std::string_view("OK")},
              {"reason", failed ? status.error().reason().name : std::string_view()},
              {"duration_ms", millis},
              {"request_bytes", call.request_bytes()},
              {"client_address", call.context().client_address},
              {"user_agent", call.context().user_agent}});
}

}  // namespace

rpc::Interceptor WriteAccessLog(log::Logger& logger, const Clock& clock) {
  return [&logger, &clock](rpc::Call& call, const rpc::Next& next) {
    const MonotonicTime begin = clock.Monotonic();
    auto result = next(call);
    WhenEnded(call, result, [&logger, &clock, &call, begin](const Status& status) {
      LogRequest(logger, call, status, clock.Monotonic() - begin);
    });
    return result;
  };
}

}  // namespace argus::api
