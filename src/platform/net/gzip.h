// gzip (RFC 1952) for bodies.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "platform/net/http_types.h"

namespace argus::net {

std::string Gzip(std::string_view plain);
// INVALID_BODY when it is not gzip or is cut off; BODY_TOO_LARGE as soon as more than `limit` bytes come out.
Result<std::string> Gunzip(std::string_view packed, std::size_t limit);

// Whether an Accept-Encoding value allows gzip (RFC 9110 §12.5.3).
bool AcceptsGzip(std::string_view accept_encoding);
// Compresses a body that is worth it, for a caller who accepts it.
void CompressIfAccepted(std::string_view accept_encoding, HttpResponse& response);

}  // namespace argus::net
