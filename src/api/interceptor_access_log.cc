#include "api/access_log.h"
#include "api/interceptors.h"
#include "api/stream_end.h"

namespace argus::api {

rpc::Interceptor WriteAccessLog(log::Logger& logger, const Clock& clock) {
  return [&logger, &clock](rpc::Call& call, const rpc::Next& next) {
    const MonotonicTime begin = clock.Monotonic();
    auto result = next(call);
    WhenEnded(call, result, [&logger, &clock, &call, begin](const Status& status) {
      LogCall(logger, call, status, clock.Monotonic() - begin);
    });
    return result;
  };
}

}  // namespace argus::api
