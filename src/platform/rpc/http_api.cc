#include "platform/rpc/http_api.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "platform/base/reasons.h"
#include "platform/rpc/connect_protocol.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/rest_protocol.h"

namespace argus::rpc {
namespace {

// Has the server refuse with 405, without a worker; `allowed` is the Allow header.
net::Route NotAllowed(std::string allowed) {
  const auto handler = [allowed = std::move(allowed)](net::HttpRequest&& request) {
    net::HttpResponse response;
    response.error =
        Error(Code::kUnimplemented, reasons::kMethodNotAllowed, "this path is not served for " + request.method);
    response.headers.Add("Allow", allowed);
    return response;
  };
  return {handler, net::RunOn::kIo, 0};
}

std::string Join(const std::vector<std::string>& names) {
  std::string joined;
  for (const auto& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

}  // namespace

Status HttpApi::Build() {
  for (const Method* method : dispatcher_.methods()) {
    if (method->kind() == MethodKind::kUnary) ARGUS_RETURN_IF_ERROR(routes_.Add(*method));
  }
  return Ok();
}

std::optional<net::Route> HttpApi::Select(const net::HttpRequest& head) const {
  if (auto route = SelectConnect(head)) return route;
  return SelectRest(head);
}

std::optional<net::Route> HttpApi::SelectConnect(const net::HttpRequest& head) const {
  const Method* method = dispatcher_.Find(head.path);
  if (!method) return std::nullopt;
  if (head.method != "POST" && head.method != "GET") {
    return NotAllowed(method->side_effect_free() ? "GET, POST" : "POST");
  }
  const auto handler = [this, method](net::HttpRequest&& request) {
    return ServeConnect(dispatcher_, workers_, *method, std::move(request));
  };
  return net::Route{handler, net::RunOn::kPool, method->body_limit(), nullptr, dispatcher_.options().default_deadline};
}

std::optional<net::Route> HttpApi::SelectRest(const net::HttpRequest& head) const {
  auto match = std::make_shared<RouteTable::Match>(routes_.Find(head.method, head.path));
  if (!match->method && match->allowed.empty()) return std::nullopt;
  if (!match->method) return NotAllowed(Join(match->allowed));
  const auto handler = [this, match](net::HttpRequest&& request) {
    return ServeRest(dispatcher_, *match, std::move(request));
  };
  return net::Route{handler, net::RunOn::kPool, match->method->body_limit(), nullptr,
                    dispatcher_.options().default_deadline};
}

net::HttpResponse RenderHttpError(const Error& error, const net::HttpRequest& head) {
  return RestError(error, head.correlation_id);
}

}  // namespace argus::rpc
