#include "api/interceptors.h"
#include "platform/net/correlation_id.h"
#include "platform/runtime/work_scope.h"

namespace argus::api {

rpc::Interceptor GiveCorrelationId(const Clock& clock) {
  return [&clock](rpc::Call& call, const rpc::Next& next) {
    std::string& id = call.context().correlation_id;
    if (id.empty()) id = net::CorrelationIdOf(call.headers(), clock.Now());
    net::AddCorrelationId(id, call.response_headers());
    const WorkNote note("correlation_id", id);
    return next(call);
  };
}

}  // namespace argus::api
