// What the request side counts.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "platform/base/error.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
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

inline constexpr metrics::Family kHttpInFlight{metrics::Type::kGauge, "http_requests_in_flight",
                                               "Requests being handled, open streams included."};

inline constexpr metrics::Family kHttpRequestSize{
    metrics::Type::kHistogram,
    "http_request_size_bytes",
    "Bytes of a request's body as it came, by HTTP/1.1 (http) or gRPC (grpc).",
    {"protocol"},
    {256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 8388608}};
inline constexpr metrics::Family kHttpResponseSize{
    metrics::Type::kHistogram,
    "http_response_size_bytes",
    "Bytes of a response's body as it is sent, by HTTP/1.1 (http) or gRPC (grpc); streams are left out.",
    {"protocol"},
    {256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216}};

inline constexpr metrics::Family kHttpRejected{metrics::Type::kCounter,
                                               "http_requests_rejected_total",
                                               "Requests refused before their handler, by reason: what the server "
                                               "could not read or serve, what it had no room for, "
                                               "and whom it did not let in. They are counted as requests, too.",
                                               {"reason"}};

inline constexpr metrics::Family kRpcRequests{
    metrics::Type::kCounter,
    "argus_rpc_requests_total",
    "Calls that ended, streams included, by method of the contract and code, whatever protocol they came by.",
    {"rpc_method", "code"}};
inline constexpr metrics::Family kRpcDuration{metrics::Type::kHistogram,
                                              "argus_rpc_duration_seconds",
                                              "Time of a unary call, by method of the contract.",
                                              {"rpc_method"},
                                              {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}};

inline constexpr metrics::Family kFamilies[] = {kHttpRequests,    kHttpRequestDuration, kHttpInFlight,
                                                kHttpRequestSize, kHttpResponseSize,    kHttpRejected,
                                                kRpcRequests,     kRpcDuration};

// The route of requests that no handler has, and the method of those that were not understood.
inline constexpr std::string_view kOther = "other";

// All values must be bounded: a route is a pattern, never a path. Thread-safe.
class HttpMetrics {
 public:
  // `registry` must outlive it.
  explicit HttpMetrics(metrics::Registry& registry);

  // From now on the route's counters exist for the statuses 200, 500 and 503: what rates and alerts ask for.
  void KnowRoute(std::string_view method, std::string_view route, std::string_view protocol);
  // The same for every method that is registered, in each protocol that serves it.
  void KnowMethods(const rpc::Dispatcher& dispatcher);

  struct Answer {
    std::string_view method;
    std::string_view route;
    int status;
    std::string_view protocol;  // "connect", "rest", "grpc" or "http"
  };
  void Answered(const Answer& answer, std::chrono::nanoseconds duration, const TraceContext& trace = {});
  // Without a duration: a stream, or what was refused before it had a handler.
  void Ended(const Answer& answer);

  // One call of the contract; `error` is null for success.
  void RpcEnded(const rpc::Method& method, const Error* error);
  void RpcTook(const rpc::Method& method, std::chrono::nanoseconds duration, const TraceContext& trace);

  // What was refused before its handler; any other error is passed over.
  void Rejected(const Error& error);
  // What a server turned away itself, before anybody knew its route.
  void TurnedAway(const Error& error, std::string_view protocol);

  void Began() { in_flight_.Add(1); }
  void Done() { in_flight_.Add(-1); }
  double in_flight() const { return in_flight_.value(); }

  void HttpSizes(std::size_t request, std::size_t response);
  void GrpcSizes(std::size_t request, std::size_t response);

 private:
  struct Sizes {
    metrics::Histogram& request;
    metrics::Histogram& response;
    void Observe(std::size_t request_bytes, std::size_t response_bytes);
  };

  metrics::Registry& registry_;
  metrics::Gauge& in_flight_;
  Sizes http_sizes_;
  Sizes grpc_sizes_;
};

}  // namespace argus::api
