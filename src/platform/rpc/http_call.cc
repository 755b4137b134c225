#include "platform/rpc/http_call.h"

#include <algorithm>
#include <utility>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/net/gzip.h"

namespace argus::rpc {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

std::optional<std::string> DecodeFormText(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '+', ' ');
  return PercentDecode(plain);
}

}  // namespace

Arrival ArrivalOf(const Method& method, const DispatcherOptions& options, net::HttpRequest& request) {
  Arrival arrival;
  arrival.method = &method;
  arrival.http_method = request.method;
  arrival.path = request.path;
  arrival.peer_address = request.peer_address;
  arrival.request_bytes = request.body.size();
  arrival.context.correlation_id = std::move(request.correlation_id);
  arrival.context.client_address = request.client_address;
  arrival.context.user_agent = ReplaceInvalidUtf8(request.headers.Get("User-Agent"));
  arrival.context.cancel = request.cancel;
  if (method.kind() == MethodKind::kUnary) {
    arrival.context.deadline = std::chrono::steady_clock::now() + options.default_deadline;
  }
  arrival.headers = std::move(request.headers);
  return arrival;
}

Result<std::string> Unpack(std::string_view content_encoding, std::string body, std::size_t limit) {
  if (content_encoding.empty() || content_encoding == "identity") return body;
  if (content_encoding == "gzip") return net::Gunzip(body, limit);
  return Error(Code::kUnimplemented, reasons::kUnsupportedMediaType, "the body may be packed by gzip only");
}

std::string MediaType(std::string_view content_type) {
  std::string all = Lower(content_type);
  std::erase_if(all, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
  const auto semicolon = all.find(';');
  if (semicolon == std::string::npos) return all;
  if (all.substr(semicolon) != ";charset=utf-8") return {};
  return all.substr(0, semicolon);
}

void AddResponseHeaders(Call& call, std::string_view trailer_prefix, net::HttpResponse& response) {
  for (const auto& [name, value] : call.response_headers()) response.headers.Add(name, value);
  for (const auto& [name, value] : call.response_trailers()) {
    response.headers.Add(std::string(trailer_prefix) + name, value);
  }
}

Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const auto item = query.substr(0, ampersand);
    query = ampersand == std::string_view::npos ? std::string_view() : query.substr(ampersand + 1);
    if (item.empty()) continue;
    const auto equals = item.find('=');
    auto name = DecodeFormText(item.substr(0, equals));
    auto value = DecodeFormText(equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1));
    if (!name || !value) {
      return Error(Code::kInvalidArgument, reasons::kInvalidField, "the query has a malformed percent escape");
    }
    pairs.emplace_back(*std::move(name), *std::move(value));
  }
  return pairs;
}

}  // namespace argus::rpc
