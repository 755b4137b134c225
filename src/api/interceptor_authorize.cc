#include "api/access.h"
#include "api/authorizer.h"
#include "api/interceptors.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

Status CheckAccess(store::Metastore& metastore, rpc::Call& call, const trace::Tracer& tracer) {
  const auto& method = *call.method().descriptor();
  const auto& policy = contract::PolicyOf(method);
  if (!policy.unimplemented().empty()) return Ok();  // Refused whoever asks.
  switch (AccessOf(method)) {
    case v1::PUBLIC:
    case v1::AUTHENTICATED:
      return Ok();
    case v1::PERMISSION:
      break;
    default:
      return domain::PermissionDenied("(none declared)", method.full_name());
  }
  const trace::Scope scope(tracer, call.context(), {.name = "authorize"});
  ARGUS_ASSIGN(const auto* request, call.Decode());
  auto reader = metastore.Read(call.context());
  return AuthorizeRequest(reader, call.context(), policy, *request);
}

Status CheckRequest(const Validator& validator, rpc::Call& call, const trace::Tracer& tracer) {
  if (call.method().descriptor()->client_streaming()) return Ok();  // There is no request yet.
  const trace::Scope scope(tracer, call.context(), {.name = "validate"});
  ARGUS_ASSIGN(const auto* request, call.Decode());
  return validator.Check(*request);
}

}  // namespace

rpc::Interceptor Authorize(store::Metastore& metastore, const trace::Tracer& tracer) {
  return [&metastore, &tracer](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    ARGUS_RETURN_IF_ERROR(CheckAccess(metastore, call, tracer));
    return next(call);
  };
}

rpc::Interceptor Validate(const Validator& validator, const trace::Tracer& tracer) {
  return [&validator, &tracer](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    ARGUS_RETURN_IF_ERROR(CheckRequest(validator, call, tracer));
    return next(call);
  };
}

}  // namespace argus::api
