// The API on HTTP/1.1: finds the method, by its own path (Connect) or by its REST route, and serves it.
#pragma once

#include <optional>

#include "platform/net/http_types.h"
#include "platform/rpc/dispatcher.h"
#include "platform/rpc/http_rule.h"
#include "platform/runtime/worker_pool.h"

namespace argus::rpc {

// Thread-safe after Build(). Dispatcher and workers must outlive it and every stream it opened.
class HttpApi {
 public:
  HttpApi(const Dispatcher& dispatcher, WorkerPool& workers) : dispatcher_(dispatcher), workers_(workers) {}

  // Reads the routes of every registered method. INVALID_CONFIGURATION when one is malformed or declared twice.
  Status Build();

  // A net::RouteSelector. nullopt: neither a method nor a REST route.
  std::optional<net::Route> Select(const net::HttpRequest& head) const;

 private:
  std::optional<net::Route> SelectConnect(const net::HttpRequest& head) const;
  std::optional<net::Route> SelectRest(const net::HttpRequest& head) const;

  const Dispatcher& dispatcher_;
  WorkerPool& workers_;
  RouteTable routes_;
};

// What the HTTP server itself has to refuse, in the shape that REST callers get: for HttpServerOptions::render_error.
net::HttpResponse RenderHttpError(const Error& error, const net::HttpRequest& head);

}  // namespace argus::rpc
