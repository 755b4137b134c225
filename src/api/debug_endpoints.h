// /debug/pprof/: the process seen from inside, by the contract of Go's net/http/pprof.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "api/access_log.h"
#include "command/auth_command.h"
#include "platform/base/result.h"
#include "platform/net/http_types.h"
#include "platform/runtime/worker_pool.h"
#include "platform/telemetry/profile/profile.h"
#include "store/metastore.h"

namespace argus::api {

struct DebugDeps {
  PlainWatch watch;
  command::AuthCommands& auth;
  store::Metastore& metastore;
};

// Exists only where --debug was given, and turns on, for the whole process, what heap, block and mutex profiles record.
// Has threads of its own, so that a profile neither waits for a request's worker nor keeps one. Thread-safe; must outlive
// the server.
class DebugEndpoints {
 public:
  static constexpr std::chrono::seconds kMaxSeconds{600};
  static constexpr int kMaxTimed = 3;  // profiles over a time, at once

  explicit DebugEndpoints(const DebugDeps& deps);

  // A route for /debug/pprof and what is below.
  std::optional<net::Route> Select(const net::HttpRequest& head);
  // Profiles that are being taken end now, with what they have.
  void Stop() { stopping_ = true; }

 private:
  class Timed;

  net::HttpResponse Serve(net::HttpRequest&& request);
  Result<net::HttpResponse> Answer(const net::HttpRequest& request);
  Result<net::HttpResponse> Cpu(const net::HttpRequest& request);
  Result<net::HttpResponse> Named(const std::string& name, const net::HttpRequest& request);
  Result<profile::Profile> Delta(const std::string& name, std::chrono::seconds time, const net::HttpRequest& request);
  bool Ended(const net::HttpRequest& request) const { return stopping_ || request.cancel->cancelled(); }

  const DebugDeps deps_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> timed_{0};
  WorkerPool pool_;
};

}  // namespace argus::api
