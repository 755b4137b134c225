// What the request side counts.
#pragma once

#include <chrono>
#include <string_view>

#include "platform/telemetry/metrics/registry.h"

namespace argus::api {

inline constexpr metrics::Family kHttpRequests{metrics::Type::kCounter,
                                               "http_requests_total",
                                               "Requests answered, streams when they end, by HTTP method, route "
                                               "(other: none), HTTP status (gRPC and Connect codes by "
                                               "their HTTP equivalent) and protocol.",
                                               {"method", "route", "status", "protocol"}};

inline constexpr metrics::Family kHttpRequestDuration{
    metrics::Type::kHistogram,
    "http_request_duration_seconds",
    "Time from a request's arrival at its handler to its answer; streams are left out.",
    {"method", "route"},
    {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}};

// The route of requests that no handler has, and the method of those that were not understood.
inline constexpr std::string_view kOther = "other";

// All values must be bounded: a route is a pattern, never a path. Thread-safe.
class HttpMetrics {
 public:
  // `registry` must outlive it.
  explicit HttpMetrics(metrics::Registry& registry) : registry_(registry) {}

  struct Answer {
    std::string_view method;
    std::string_view route;
    int status;
    std::string_view protocol;  // "connect", "rest", "grpc" or "http"
  };
  void Answered(const Answer& answer, std::chrono::nanoseconds duration);
  // Without a duration: a stream, or what was refused before it had a handler.
  void Ended(const Answer& answer);

 private:
  metrics::Registry& registry_;
};

}  // namespace argus::api
