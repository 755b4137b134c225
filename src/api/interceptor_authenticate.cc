#include "api/access.h"
#include "api/call_state.h"
#include "api/interceptors.h"
#include "domain/actor.h"
#include "domain/reasons.h"
#include "platform/net/http_types.h"

namespace argus::api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

// RFC 6750 §2.1; the scheme's name has no case (RFC 9110 §11.1). Empty without one.
std::string_view BearerToken(const net::Headers& headers) {
  std::string_view value = headers.Get("Authorization");
  if (value.size() <= kScheme.size() || !net::EqualsIgnoreCase(value.substr(0, kScheme.size()), kScheme)) return {};
  value.remove_prefix(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
  return value;
}

Error NoToken() {
  return Error(Code::kUnauthenticated, reasons::kUnauthenticated,
               "Send `Authorization: Bearer <access token>`; POST /v1/auth/login gives one.");
}

Status Identify(rpc::Call& call, command::AuthCommands& auth) {
  const auto token = BearerToken(call.headers());
  if (token.empty()) return NoToken();
  ARGUS_ASSIGN(const auto who, auth.Authenticate(call.context(), token));
  call.context().actor = domain::ActorOf(who.user);
  StateOf(call).session = who.session;
  return Ok();
}

}  // namespace

rpc::Interceptor Authenticate(command::AuthCommands& auth) {
  return [&auth](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    if (AccessOf(*call.method().descriptor()) != v1::PUBLIC) {
      const Status identified = Identify(call, auth);
      if (!identified.ok() && identified.error().code() == Code::kUnauthenticated) {
        call.response_headers().Set("WWW-Authenticate", "Bearer");
      }
      ARGUS_RETURN_IF_ERROR(identified);
    }
    return next(call);
  };
}

}  // namespace argus::api
