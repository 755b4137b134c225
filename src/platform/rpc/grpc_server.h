// gRPC on the dispatcher: grpc++'s generic callback service, so that one adapter serves every method.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/net/cidr.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/worker_pool.h"

namespace argus::rpc {

struct GrpcServerOptions {
  std::string address = "0.0.0.0";  // IPv4 or IPv6
  std::uint16_t port = 0;           // 0: a free one
  // Bytes of one incoming message; per-method body limits hold below it.
  std::size_t message_limit = 8 << 20;
  std::vector<net::Cidr> trusted_proxies;
  // What the server refused itself: no such method, no message, no room. Must return at once; may be empty.
  std::function<void(const Error&, const net::HttpRequest& head)> refused;
  // Bytes of the messages of a unary call; must return at once; may be empty.
  std::function<void(std::size_t request, std::size_t response)> answered;
};

// All member functions are thread-safe. Handlers run on `workers`, which like `dispatcher` must outlive the server.
class GrpcServer {
 public:
  // NETWORK_ERROR when the address cannot be listened on.
  static Result<std::unique_ptr<GrpcServer>> Start(GrpcServerOptions options, const Dispatcher& dispatcher,
                                                   WorkerPool& workers);
  // Stops at once.
  ~GrpcServer();

  std::uint16_t port() const;
  // Ends open streams with UNAVAILABLE and refuses new ones; unary calls go on.
  void StartDrain();
  // Refuses new calls, waits for running ones up to `patience`, cancels the rest and waits for their handlers. Idempotent.
  void Stop(std::chrono::milliseconds patience);

 private:
  struct Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::rpc
