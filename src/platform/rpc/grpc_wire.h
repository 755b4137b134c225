// Between grpc++'s types and ours. Private to this module: pulls in grpc++.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/net/cidr.h"
#include "platform/net/http_types.h"
#include "platform/rpc/method.h"

namespace argus::rpc {

grpc::ByteBuffer ToByteBuffer(const google::protobuf::Message& message);
// BODY_TOO_LARGE or INVALID_BODY.
Status FromByteBuffer(const grpc::ByteBuffer& buffer, std::size_t limit, google::protobuf::Message& message);

// Metadata as header fields; "-bin" values become base64.
net::Headers HeadersOf(const grpc::CallbackServerContext& context);
// Calls `add(key, value)` for each field that may be metadata: lower-case, no reserved name, printable ASCII, "-bin"
// values decoded. Others are left out, since grpc++ would abort on them.
template <typename Add>
void ForEachMetadata(const net::Headers& headers, Add add);

// With google.rpc.Status as details (grpc-status-details-bin).
grpc::Status ToGrpcStatus(const Status& status, std::string_view correlation_id);
// What is known of a call that is refused before it becomes one, with the caller's correlation id or a new one.
net::HttpRequest HeadOf(const grpc::GenericCallbackServerContext& context, const std::vector<net::Cidr>& trusted_proxies);
// For such a call: the correlation id stands in the status and in the trailers.
grpc::Status RefusalStatus(grpc::GenericCallbackServerContext& context, const Error& error, std::string_view correlation_id);

// "ipv4:127.0.0.1:4711", "ipv6:%5B::1%5D:4711" -> the bare address; empty for other transports.
std::string PeerAddress(std::string_view peer);

MonotonicTime DeadlineOf(const grpc::CallbackServerContext& context);

namespace internal {
// False when the field cannot be metadata.
bool AsMetadata(std::string_view name, std::string_view value, std::string& key, std::string& out);
}  // namespace internal

template <typename Add>
void ForEachMetadata(const net::Headers& headers, Add add) {
  for (const auto& [name, value] : headers) {
    std::string key, out;
    if (internal::AsMetadata(name, value, key, out)) add(key, out);
  }
}

}  // namespace argus::rpc
