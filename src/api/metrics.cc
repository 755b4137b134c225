#include "api/metrics.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "domain/reasons.h"
#include "platform/rpc/error_mapping.h"

namespace argus::api {
namespace {

// Why a request does not reach its handler; in the order of the way in.
constexpr Reason kRejections[] = {
    reasons::kMalformedRequest, reasons::kHeaderTooLarge,       reasons::kBodyTooLarge,
    reasons::kRouteNotFound,    reasons::kMethodNotAllowed,     reasons::kOverloaded,
    reasons::kDraining,         reasons::kDeadlineExceeded,     reasons::kInvalidJson,
    reasons::kInvalidBody,      reasons::kUnsupportedMediaType, reasons::kUnauthenticated,
    reasons::kTokenExpired,     reasons::kPermissionDenied,     reasons::kTooManyFailedLogins,
    reasons::kTooManyStreams};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

double Seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

void Observe(metrics::Histogram& histogram, double value, const TraceContext& trace) {
  if (trace.trace_id.empty()) return histogram.Observe(value);
  histogram.Observe(value, metrics::Exemplar{trace.trace_id, trace.span_id});
}

}  // namespace

HttpMetrics::HttpMetrics(metrics::Registry& registry)
    : registry_(registry),
      in_flight_(registry.GetGauge(kHttpInFlight)),
      http_sizes_{registry.GetHistogram(kHttpRequestSize, {"http"}),
                  registry.GetHistogram(kHttpResponseSize, {"http"})},
      grpc_sizes_{registry.GetHistogram(kHttpRequestSize, {"grpc"}),
                  registry.GetHistogram(kHttpResponseSize, {"grpc"})} {
  for (const auto& reason : kRejections) registry.GetCounter(kHttpRejected, {Lower(reason.name)});
}

void HttpMetrics::KnowRoute(std::string_view method, std::string_view route, std::string_view protocol) {
  for (const char* status : {"200", "500", "503"})
    registry_.GetCounter(kHttpRequests, {method, route, status, protocol});
}

void HttpMetrics::KnowMethods(const rpc::Dispatcher& dispatcher) {
  for (const rpc::Method* method : dispatcher.methods()) {
    for (const char* code : {"ok", "internal", "unavailable"})
      registry_.GetCounter(kRpcRequests, {method->full_name(), code});
    KnowRoute("POST", method->path(), rpc::ProtocolName(rpc::Protocol::kGrpc));
    const bool bidi = method->kind() == rpc::MethodKind::kBidi || method->kind() == rpc::MethodKind::kClientStream;
    if (!bidi) KnowRoute("POST", method->path(), rpc::ProtocolName(rpc::Protocol::kConnect));
    if (method->side_effect_free()) KnowRoute("GET", method->path(), rpc::ProtocolName(rpc::Protocol::kConnect));
    if (method->kind() != rpc::MethodKind::kUnary) continue;
    for (const auto& binding : method->bindings()) {
      KnowRoute(binding.http_method, binding.pattern, rpc::ProtocolName(rpc::Protocol::kRest));
    }
  }
}

void HttpMetrics::Answered(const Answer& answer, std::chrono::nanoseconds duration, const TraceContext& trace) {
  Ended(answer);
  Observe(registry_.GetHistogram(kHttpRequestDuration, {answer.method, answer.route}), Seconds(duration), trace);
}

void HttpMetrics::Ended(const Answer& answer) {
  registry_.GetCounter(kHttpRequests, {answer.method, answer.route, std::to_string(answer.status), answer.protocol})
      .Increment();
}

void HttpMetrics::RpcEnded(const rpc::Method& method, const Error* error) {
  registry_.GetCounter(kRpcRequests, {method.full_name(), error == nullptr ? "ok" : rpc::ConnectCode(error->code())})
      .Increment();
  if (error != nullptr) Rejected(*error);
}

void HttpMetrics::RpcTook(const rpc::Method& method, std::chrono::nanoseconds duration, const TraceContext& trace) {
  Observe(registry_.GetHistogram(kRpcDuration, {method.full_name()}), Seconds(duration), trace);
}

void HttpMetrics::Rejected(const Error& error) {
  const auto known = std::find_if(std::begin(kRejections), std::end(kRejections),
                                  [&](const Reason& reason) { return reason.name == error.reason().name; });
  if (known != std::end(kRejections)) registry_.GetCounter(kHttpRejected, {Lower(known->name)}).Increment();
}

void HttpMetrics::TurnedAway(const Error& error, std::string_view protocol) {
  Ended({kOther, kOther, rpc::HttpStatus(error), protocol});
  Rejected(error);
}

void HttpMetrics::HttpSizes(std::size_t request, std::size_t response) { http_sizes_.Observe(request, response); }
void HttpMetrics::GrpcSizes(std::size_t request, std::size_t response) { grpc_sizes_.Observe(request, response); }

void HttpMetrics::Sizes::Observe(std::size_t request_bytes, std::size_t response_bytes) {
  request.Observe(static_cast<double>(request_bytes));
  response.Observe(static_cast<double>(response_bytes));
}

}  // namespace argus::api
