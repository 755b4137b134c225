#include <fmt/format.h>

#include <memory>

#include "api/interceptors.h"
#include "api/stream_end.h"
#include "platform/rpc/error_mapping.h"
#include "platform/telemetry/trace/propagation.h"

namespace argus::api {
namespace {

std::string Joined(const std::vector<std::string_view>& values) {
  std::string joined;
  for (const auto value : values) (joined += joined.empty() ? "" : ",") += value;
  return joined;
}

// Two traceparent headers are none (Trace Context §3.2); several tracestate headers are one list.
TraceContext CallersTrace(const net::Headers& headers) {
  return trace::Extract(Joined(headers.GetAll("traceparent")), Joined(headers.GetAll("tracestate")));
}

bool IsGrpc(const rpc::Call& call) { return call.protocol() == rpc::Protocol::kGrpc; }

std::string SpanName(const rpc::Call& call) {
  if (!IsGrpc(call)) return fmt::format("{} {}", call.http_method(), call.route());
  return fmt::format("{}/{}", call.method().service(), call.method().name());
}

void Describe(const rpc::Call& call, trace::Span& span) {
  span.SetName(SpanName(call));
  span.SetAll({{"http.request.method", call.http_method()},
               {"http.route", call.route()},
               {"url.path", call.path()},
               {"url.scheme", "http"},
               {"client.address", call.context().client_address},
               {"user_agent.original", call.context().user_agent},
               {"rpc.method", fmt::format("{}/{}", call.method().service(), call.method().name())}});
  if (call.protocol() != rpc::Protocol::kRest) span.Set({"rpc.system.name", IsGrpc(call) ? "grpc" : "connectrpc"});
}

// The server's own faults only make it an error: that a caller was refused is an answer (HTTP semantic conventions).
void Conclude(const rpc::Call& call, const Status& status, trace::Span& span) {
  if (!span.recording()) return;
  const int http = status.ok() ? 200 : rpc::HttpStatus(status.error());
  span.SetAll({{"http.response.status_code", http},
               {"rpc.status_code", status.ok() ? "OK" : CodeName(status.error().code())},
               {"argus.actor", call.context().actor}});
  if (http >= 500) span.SetError(status.error());
}

}  // namespace

rpc::Interceptor Trace(const trace::Tracer& tracer) {
  return [&tracer](rpc::Call& call, const rpc::Next& next) {
    auto& ctx = call.context();
    ctx.trace = tracer.propagates() ? CallersTrace(call.headers()) : TraceContext();
    const auto span = std::make_shared<trace::Span>(
        tracer.Start(ctx, {.name = "", .kind = trace::SpanKind::kServer, .parent_is_remote = true}));
    if (!span->on()) return next(call);
    span->Enter(ctx);
    if (span->recording()) Describe(call, *span);
    if (tracer.propagates()) call.response_headers().Set("traceparent", trace::FormatTraceparent(ctx.trace));
    auto result = next(call);
    WhenEnded(call, result, [&call, span](const Status& status) {
      Conclude(call, status, *span);
      span->End();
    });
    return result;
  };
}

}  // namespace argus::api
