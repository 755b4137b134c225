// The composition root: one running server, built straight down and torn down in reverse. Several can live in one
// process.
#pragma once

#include <cstdint>
#include <memory>

#include "app/server_options.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/telemetry/log/logger.h"

namespace argus::app {

// Thread-safe. `clock` and `logger` must outlive it.
class Server {
 public:
  // Everything is up when it returns: migrated, seeded, listening. Errors are the caller's to print: wrong options, a
  // port or data directory in use, a metastore that cannot be reached or is newer than this binary.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options, const Clock& clock, log::Logger& logger);
  // Without Drain, running work is cancelled.
  ~Server();

  std::uint16_t http_port() const;
  std::uint16_t grpc_port() const;

  // Turns readiness off, refuses new work, lets requests and task runs end until the deadline, then cancels the rest on
  // the target. True when nothing had to be cancelled. Called once.
  bool Drain(std::chrono::milliseconds timeout);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace argus::app
