#include "api/access.h"
#include "api/bearer_token.h"
#include "api/call_state.h"
#include "api/interceptors.h"
#include "domain/actor.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

Error NoToken() {
  return Error(Code::kUnauthenticated, reasons::kUnauthenticated,
               "Send `Authorization: Bearer <access token>`; POST /v1/auth/login gives one.");
}

Status Identify(rpc::Call& call, command::AuthCommands& auth, const trace::Tracer& tracer) {
  const trace::Scope scope(tracer, call.context(), {.name = "authenticate"});
  const auto token = BearerToken(call.headers());
  if (token.empty()) return NoToken();
  ARGUS_ASSIGN(const auto who, auth.Authenticate(call.context(), token));
  call.context().actor = domain::ActorOf(who.user);
  StateOf(call).session = who.session;
  return Ok();
}

}  // namespace

rpc::Interceptor Authenticate(command::AuthCommands& auth, const trace::Tracer& tracer) {
  return [&auth, &tracer](rpc::Call& call, const rpc::Next& next) -> Result<rpc::MessagePtr> {
    if (AccessOf(*call.method().descriptor()) != v1::PUBLIC) {
      const Status identified = Identify(call, auth, tracer);
      if (!identified.ok() && identified.error().code() == Code::kUnauthenticated) {
        call.response_headers().Set("WWW-Authenticate", "Bearer");
      }
      ARGUS_RETURN_IF_ERROR(identified);
    }
    return next(call);
  };
}

}  // namespace argus::api
