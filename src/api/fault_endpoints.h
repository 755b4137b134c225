// Ways to make the server fail on purpose, for tests of what happens then. Nothing of it is in a build without
// -DARGUS_FAULTS=ON.
#pragma once

#include "api/access_log.h"
#include "platform/net/http_mux.h"

namespace argus::api {

// /debug/fault/block-loop and /debug/fault/block-worker: keep the thread that serves them for ?seconds=N (at most 600).
// Adds nothing in other builds.
void AddFaultEndpoints(net::HttpMux& mux, const PlainWatch& watch);

}  // namespace argus::api
