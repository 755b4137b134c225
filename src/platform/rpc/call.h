// One call on its way through the interceptors, whatever protocol it came by.
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "platform/net/http_types.h"
#include "platform/rpc/method.h"
#include "platform/rpc/subscription.h"
#include "platform/runtime/context.h"

namespace argus::rpc {

enum class Protocol { kConnect, kRest, kGrpc };
std::string_view ProtocolName(Protocol protocol);  // "connect", "rest", "grpc"

// What a transport knows when a call arrives. Header values of "-bin" names are base64 in every protocol.
struct Arrival {
  const Method* method = nullptr;
  Protocol protocol = Protocol::kConnect;
  std::string http_method = "POST";
  std::string path;   // as sent
  std::string route;  // bounded: the REST pattern or the method's path; fit for a metric label
  net::Headers headers;
  std::string peer_address;  // of the socket, without port
  std::size_t request_bytes = 0;
  RequestContext context;  // client address, deadline and cancel token are set
  // Fills the request; called at most once. Unused for client and bidirectional streams.
  std::function<Status(google::protobuf::Message&)> decode;
};

// Not thread-safe: one thread at a time has it.
class Call {
 public:
  explicit Call(Arrival arrival) : arrival_(std::move(arrival)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  RequestContext& context() { return arrival_.context; }
  const RequestContext& context() const { return arrival_.context; }
  const Method& method() const { return *arrival_.method; }
  Protocol protocol() const { return arrival_.protocol; }
  const std::string& http_method() const { return arrival_.http_method; }
  const std::string& path() const { return arrival_.path; }
  const std::string& route() const { return arrival_.route; }
  const net::Headers& headers() const { return arrival_.headers; }
  const std::string& peer_address() const { return arrival_.peer_address; }
  std::size_t request_bytes() const { return arrival_.request_bytes; }

  // Sent with success and failure alike. Trailers reach a Connect client as `Trailer-` headers.
  net::Headers& response_headers() { return response_headers_; }
  net::Headers& response_trailers() { return response_trailers_; }

  // Decodes at the first call and remembers the outcome. For client and bidirectional streams: an empty message.
  Result<const google::protobuf::Message*> Decode();

  // Opened by the handler of a server stream; an interceptor may wrap it on the way back.
  std::unique_ptr<Subscription>& subscription() { return subscription_; }

  // The application's own state for this call: who was authenticated, when it began.
  std::any& state() { return state_; }

 private:
  Arrival arrival_;
  net::Headers response_headers_;
  net::Headers response_trailers_;
  std::optional<Result<MessagePtr>> request_;
  std::unique_ptr<Subscription> subscription_;
  std::any state_;
};

}  // namespace argus::rpc
