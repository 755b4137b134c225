// The access log: one line for each request, when it ended.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "api/log_events.h"
#include "api/metrics.h"
#include "platform/base/error.h"
#include "platform/base/result.h"
#include "platform/net/http_types.h"
#include "platform/rpc/call.h"
#include "platform/telemetry/log/logger.h"

namespace argus::api {

// A call of the contract, whatever protocol it came by.
void LogCall(log::Logger& logger, const rpc::Call& call, const Status& status, std::chrono::nanoseconds duration);

// What a plain request leaves behind when its handler takes it.
class PlainAccess {
 public:
  explicit PlainAccess(const net::HttpRequest& request);
  // `error` may be null.
  void Log(log::Logger& logger, const log::Event& event, int status, std::string_view protocol, const Error* error,
           std::chrono::nanoseconds duration) const;
  const std::string& method() const { return method_; }

 private:
  RequestContext context_;
  std::string method_;
  std::string path_;
};

// Who hears of requests that are no calls of the contract. Both must outlive the server.
struct PlainWatch {
  HttpMetrics& metrics;
  log::Logger& logger;
};

// `handler`, counted under `route` and logged as `event`. Makes the route's counters known.
net::HttpHandler Watched(const PlainWatch& watch, std::string route, net::HttpHandler handler,
                         const log::Event& event = events::kRequest);

// Counts and logs what a server refused itself (malformed, too large, no route, no room): for HttpServerEvents::refused and
// GrpcServerOptions::refused.
void TellRefused(const PlainWatch& watch, std::string_view protocol, const Error& error, const net::HttpRequest& head);

}  // namespace argus::api
