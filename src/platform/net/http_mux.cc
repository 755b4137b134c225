#include "platform/net/http_mux.h"

#include <utility>

#include "platform/base/reasons.h"

namespace argus::net {
namespace {

HttpResponse NotAllowed(HttpRequest&& request) {
  HttpResponse response;
  response.error = Error(Code::kUnimplemented, reasons::kMethodNotAllowed, "this path is not served for " + request.method);
  response.headers.Add("Allow", "GET, HEAD");
  return response;
}

}  // namespace

void HttpMux::Handle(std::string path, HttpHandler handler, RunOn run_on, WorkerPool* pool) {
  plain_.insert_or_assign(std::move(path), Route{std::move(handler), run_on, 0, pool});
}

const Route* HttpMux::Plain(const std::string& path) const {
  const Route* longest = nullptr;
  for (const auto& [prefix, route] : plain_) {  // Sorted, so that of two prefixes the longer one comes later.
    if (path == prefix) return &route;
    if (prefix.ends_with('/') && path.starts_with(prefix)) longest = &route;
  }
  return longest;
}

std::optional<Route> HttpMux::Select(const HttpRequest& head) const {
  if (const Route* plain = Plain(head.path)) {
    return head.method == "GET" ? *plain : Route{NotAllowed, RunOn::kIo, 0};
  }
  for (const auto& selector : mounted_) {
    if (auto route = selector(head)) return route;
  }
  if (fallback_ && head.method == "GET") return Route{fallback_, RunOn::kPool, 0};
  return std::nullopt;
}

}  // namespace argus::net
