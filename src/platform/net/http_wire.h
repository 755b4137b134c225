// Small pieces of HTTP/1.1's outer form.
#pragma once

#include <string>
#include <string_view>

#include "platform/net/http_types.h"

namespace argus::net {

// A request target in origin or absolute form (RFC 9112 §3.2) into path and query.
void SplitTarget(std::string_view target, HttpRequest& request);

// An error as plain text with the HTTP status of its reason or code, for servers that render none of their own.
HttpResponse PlainError(const Error& error);

// The current time as a Date field has it (IMF-fixdate).
std::string HttpDate();

// Whether a field may go out: a token as name (RFC 9110 §5.6.2), no control characters in the value.
bool IsSafeField(std::string_view name, std::string_view value);

}  // namespace argus::net
