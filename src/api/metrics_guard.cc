#include "api/metrics_guard.h"

#include <utility>

#include "api/bearer_token.h"
#include "platform/base/encoding.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

net::HttpResponse Refuse(net::HttpRequest&&) {
  net::HttpResponse response;
  response.error = Error(Code::kUnauthenticated, reasons::kUnauthenticated, "Send the token of --metrics-token-file.");
  response.headers.Add("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

net::RouteSelector RequireMetricsToken(std::string token, const PlainWatch& watch, net::RouteSelector select) {
  const auto refuse = Watched(watch, "/metrics", Refuse);
  return [token = std::move(token), refuse, select = std::move(select)](const net::HttpRequest& head) -> std::optional<net::Route> {
    if (head.path != "/metrics" || ConstantTimeEqual(BearerToken(head.headers), token)) return select(head);
    return net::Route{refuse, net::RunOn::kIo, 0};
  };
}

}  // namespace argus::api
