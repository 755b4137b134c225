// The access token that a request carries.
#pragma once

#include <string_view>

#include "platform/net/http_types.h"

namespace argus::api {

// RFC 6750 §2.1; the scheme's name has no case (RFC 9110 §11.1). A view into `headers`; empty without one.
std::string_view BearerToken(const net::Headers& headers);

}  // namespace argus::api
