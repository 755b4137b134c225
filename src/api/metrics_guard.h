// The token that a listener of its own may ask scrapers for.
#pragma once

#include <string>

#include "api/access_log.h"
#include "platform/net/http_types.h"

namespace argus::api {

// `select`, but /metrics answers 401 to whoever does not send "Authorization: Bearer <token>", and `watch` hears of it. Other
// paths have guards of their own.
net::RouteSelector RequireMetricsToken(std::string token, const PlainWatch& watch, net::RouteSelector select);

}  // namespace argus::api
