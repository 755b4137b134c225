// GET /metrics in the format and encoding the scraper asks for.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "platform/net/http_types.h"
#include "platform/runtime/worker_pool.h"
#include "platform/telemetry/metrics/registry.h"

namespace argus::api {

// Has one thread of its own, so that a scrape neither waits for a request's worker nor keeps one. All who wait when a
// rendering begins share it. Must outlive the server.
class MetricsEndpoint {
 public:
  // Bytes of renderings that slow scrapers still read, beyond which new ones are refused.
  static constexpr std::size_t kMaxHeldBytes = 64 << 20;

  // `registry` must outlive it.
  explicit MetricsEndpoint(const metrics::Registry& registry) : registry_(registry), pool_("scrape", 1, kQueue) {}

  // For a route that runs on pool(). Never an error: 200, or 503 with a reason.
  net::HttpResponse Serve(const net::HttpRequest& request);
  WorkerPool& pool() { return pool_; }

 private:
  using Body = std::shared_ptr<const std::string>;
  static constexpr std::size_t kQueue = 16384;
  static constexpr std::size_t kKinds = 6;  // three formats, each plain and compressed

  // Null when too much is held already.
  Body BodyFor(metrics::Format format, bool gzip);
  Body Render(metrics::Format format, bool gzip);
  std::size_t HeldBytes();

  const metrics::Registry& registry_;
  std::mutex mutex_;
  std::array<Body, kKinds> shared_;
  std::size_t sharers_ = 0;  // requests still to come that were waiting when the first of shared_ was begun
  std::vector<std::weak_ptr<const std::string>> held_;
  WorkerPool pool_;  // its thread goes first
};

}  // namespace argus::api
