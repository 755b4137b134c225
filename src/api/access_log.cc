#include "api/access_log.h"

#include <utility>

#include "platform/rpc/error_mapping.h"

namespace argus::api {
namespace {

constexpr std::string_view kProtocol = "http";

double Millis(std::chrono::nanoseconds duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

std::string_view CodeOf(const Error* error) { return error ? CodeName(error->code()) : std::string_view("OK"); }

std::string_view ReasonOf(const Error* error) { return error ? std::string_view(error->reason().name) : std::string_view(); }

RequestContext ContextOf(const net::HttpRequest& request) {
  RequestContext context;
  context.correlation_id = request.correlation_id;
  context.client_address = request.client_address;
  context.user_agent = request.headers.Get("User-Agent");
  return context;
}

}  // namespace

void LogCall(log::Logger& logger, const rpc::Call& call, const Status& status, std::chrono::nanoseconds duration) {
  const Error* error = status.ok() ? nullptr : &status.error();
  logger.Log(call.context(), events::kRequest,
             {{"rpc", call.method().full_name()},
              {"protocol", rpc::ProtocolName(call.protocol())},
              {"http_method", call.http_method()},
              {"path", call.path()},
              {"status", error ? rpc::HttpStatus(*error) : 200},
              {"code", CodeOf(error)},
              {"reason", ReasonOf(error)},
              {"duration_ms", Millis(duration)},
              {"request_bytes", call.request_bytes()},
              {"client_address", call.context().client_address},
              {"user_agent", call.context().user_agent}});
}

PlainAccess::PlainAccess(const net::HttpRequest& request)
    : context_(ContextOf(request)), method_(request.method), path_(request.path) {}

void PlainAccess::Log(log::Logger& logger, const log::Event& event, int status, std::string_view protocol,
                      const Error* error, std::chrono::nanoseconds duration) const {
  logger.Log(context_, event,
             {{"protocol", protocol},
              {"http_method", method_},
              {"path", path_},
              {"status", status},
              {"code", CodeOf(error)},
              {"reason", ReasonOf(error)},
              {"duration_ms", Millis(duration)},
              {"client_address", context_.client_address},
              {"user_agent", context_.user_agent}});
}

net::HttpHandler Watched(const PlainWatch& watch, std::string route, net::HttpHandler handler, const log::Event& event) {
  watch.metrics.KnowRoute("GET", route, kProtocol);
  return [watch, &event, route = std::move(route), handler = std::move(handler)](net::HttpRequest&& request) {
    const auto begin = std::chrono::steady_clock::now();
    const PlainAccess access(request);
    watch.metrics.Began();
    auto response = handler(std::move(request));
    watch.metrics.Done();
    const Error* error = response.error ? &*response.error : nullptr;
    const int status = error ? rpc::HttpStatus(*error) : response.status;
    const auto duration = std::chrono::steady_clock::now() - begin;
    watch.metrics.Answered({access.method(), route, status, kProtocol}, duration);
    access.Log(watch.logger, event, status, kProtocol, error, duration);
    return response;
  };
}

void TellRefused(const PlainWatch& watch, std::string_view protocol, const Error& error, const net::HttpRequest& head) {
  watch.metrics.TurnedAway(error, protocol);
  PlainAccess(head).Log(watch.logger, events::kRequest, rpc::HttpStatus(error), protocol, &error, {});
}

}  // namespace argus::api
