#include "api/access.h"
#include "api/authorizer.h"
#include "api/interceptors.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

Status CheckAccess(store::Metastore& metastore, rpc::Call& call) {
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
  ARGUS_ASSIGN(const auto* request, call.Decode());
  auto reader = metastore.Read(call.context());
  return AuthorizeRequest(reader, call.context(), policy, *request);
}

}  // namespace

rpc::Interceptor Authorize(store::Metastore& metastore) {
  return [&metastore](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    ARGUS_RETURN_IF_ERROR(CheckAccess(metastore, call));
    return next(call);
  };
}

rpc::Interceptor Validate(const Validator& validator) {
  return [&validator](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    if (!call.method().descriptor()->client_streaming()) {  // Else there is no request yet.
      ARGUS_ASSIGN(const auto* request, call.Decode());
      ARGUS_RETURN_IF_ERROR(validator.Check(*request));
    }
    return next(call);
  };
}

}  // namespace argus::api
