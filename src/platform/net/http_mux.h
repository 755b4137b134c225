// Which handler a path gets: plain handlers first, then the API, then a fallback.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/net/http_types.h"

namespace argus::net {

// Filled before the server starts, then const and thread-safe.
class HttpMux {
 public:
  // GET (and HEAD) of exactly this path, or of everything below it when it ends in "/". Others get 405.
  // `pool` as for Route::pool.
  void Handle(std::string path, HttpHandler handler, RunOn run_on = RunOn::kPool, WorkerPool* pool = nullptr);
  // Asked in order of mounting, when no plain handler has the path.
  void Mount(RouteSelector selector) { mounted_.push_back(std::move(selector)); }
  // What handlers refer to, kept as long as the mux.
  void Keep(std::shared_ptr<void> used) { kept_.push_back(std::move(used)); }
  // GET of whatever is left, e.g. the console.
  void SetFallback(HttpHandler handler) { fallback_ = std::move(handler); }

  // A RouteSelector for HttpServer::Start.
  std::optional<Route> Select(const HttpRequest& head) const;

 private:
  const Route* Plain(const std::string& path) const;

  std::map<std::string, Route> plain_;
  std::vector<RouteSelector> mounted_;
  HttpHandler fallback_;
  std::vector<std::shared_ptr<void>> kept_;
};

}  // namespace argus::net
