// What Connect and REST share: from an HTTP request to a Call.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/net/http_types.h"
#include "platform/rpc/call.h"
#include "platform/rpc/dispatcher.h"

namespace argus::rpc {

// Everything but protocol, route and decoder; the deadline is the dispatcher's default for unary methods. Takes the
// headers out of `request`.
Arrival ArrivalOf(const Method& method, const DispatcherOptions& options, net::HttpRequest& request);

// The body as `content_encoding` packs it: "", "identity" or "gzip".
Result<std::string> Unpack(std::string_view content_encoding, std::string body, std::size_t limit);

// "application/json; charset=utf-8" -> "application/json", in lower case; empty when another charset is named.
std::string MediaType(std::string_view content_type);

// Copies what interceptors and handler set.
void AddResponseHeaders(Call& call, std::string_view trailer_prefix, net::HttpResponse& response);

// One name and value of a query string, decoded; fails on malformed escapes.
Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query);

}  // namespace argus::rpc
