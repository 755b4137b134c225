#include "api/fault_endpoints.h"

#ifdef ARGUS_FAULTS

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "api/server_endpoints.h"

namespace argus::api {
namespace {

constexpr int kMaxSeconds = 600;

net::HttpResponse Block(net::HttpRequest&& request) {
  const auto at = request.query.find("seconds=");
  const int seconds = at == std::string::npos ? 0 : std::atoi(request.query.c_str() + at + 8);
  std::this_thread::sleep_for(std::chrono::seconds(std::clamp(seconds, 0, kMaxSeconds)));
  return PlainReply(200, "text/plain", "released\n");
}

}  // namespace

void AddFaultEndpoints(net::HttpMux& mux, const PlainWatch& watch) {
  AddPlain(mux, watch, "/debug/fault/block-loop", Block, net::RunOn::kIo);
  AddPlain(mux, watch, "/debug/fault/block-worker", Block, net::RunOn::kPool);
}

}  // namespace argus::api

#else

namespace argus::api {

void AddFaultEndpoints(net::HttpMux&, const PlainWatch&) {}

}  // namespace argus::api

#endif
