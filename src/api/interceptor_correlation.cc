#include "api/correlation_id.h"
#include "api/interceptors.h"

namespace argus::api {

rpc::Interceptor GiveCorrelationId(const Clock& clock) {
  return [&clock](rpc::Call& call, const rpc::Next& next) {
    std::string& id = call.context().correlation_id;
    id = CorrelationIdOf(call.headers(), clock.Now());
    call.response_headers().Set("X-Correlation-ID", id);
    call.response_headers().Set("correlation_id", id);
    return next(call);
  };
}

}  // namespace argus::api
