// The token that a listener of its own may ask scrapers for.
#pragma once

#include <string>

#include "platform/net/http_types.h"

namespace argus::api {

// `select`, but /metrics answers 401 to whoever does not send "Authorization: Bearer <token>". Other paths have guards of
// their own.
net::RouteSelector RequireMetricsToken(std::string token, net::RouteSelector select);

}  // namespace argus::api
