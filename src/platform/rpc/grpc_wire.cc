#include "platform/rpc/grpc_wire.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>
#include <array>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/net/correlation_id.h"
#include "platform/rpc/error_mapping.h"

namespace argus::rpc {
namespace {

std::string_view View(grpc::string_ref ref) { return {ref.data(), ref.size()}; }

bool IsReserved(std::string_view key) {
  static constexpr std::array<std::string_view, 6> kReserved = {"content-type",      "content-length", "te",
                                                               "transfer-encoding", "connection",     "host"};
  return key.starts_with("grpc-") || std::find(kReserved.begin(), kReserved.end(), key) != kReserved.end();
}

bool IsKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool IsPrintable(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

}  // namespace

namespace internal {

bool AsMetadata(std::string_view name, std::string_view value, std::string& key, std::string& out) {
  key = name;
  std::transform(key.begin(), key.end(), key.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  if (!IsKey(key) || IsReserved(key) || !IsPrintable(value)) return false;
  out = value;
  if (!key.ends_with("-bin")) return true;
  auto bytes = Base64Decode(value);
  if (bytes) out = *std::move(bytes);
  return bytes.has_value();
}

}  // namespace internal

grpc::ByteBuffer ToByteBuffer(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

Status FromByteBuffer(const grpc::ByteBuffer& buffer, std::size_t limit, google::protobuf::Message& message) {
  if (buffer.Length() > limit) {
    return Error(Code::kResourceExhausted, reasons::kBodyTooLarge,
                 "the message is larger than the " + std::to_string(limit) + " bytes that are accepted here");
  }
  grpc::ByteBuffer readable = buffer;
  grpc::ProtoBufferReader reader(&readable);
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return Ok();
  return Error(Code::kInvalidArgument, reasons::kInvalidBody, "the message is not a protobuf message of this method");
}

net::Headers HeadersOf(const grpc::CallbackServerContext& context) {
  net::Headers headers;
  for (const auto& [key, value] : context.client_metadata()) {
    const std::string_view name = View(key);
    headers.Add(name, name.ends_with("-bin") ? Base64Encode(View(value)) : std::string(View(value)));
  }
  return headers;
}

grpc::Status ToGrpcStatus(const Status& status, std::string_view correlation_id) {
  if (status.ok()) return grpc::Status::OK;
  const auto details = ToStatus(status.error(), correlation_id);
  return {static_cast<grpc::StatusCode>(details.code()), details.message(), details.SerializeAsString()};
}

net::HttpRequest HeadOf(const grpc::GenericCallbackServerContext& context, const std::vector<net::Cidr>& trusted_proxies) {
  net::HttpRequest head;
  head.method = "POST";
  head.path = context.method();
  head.headers = HeadersOf(context);
  head.peer_address = PeerAddress(context.peer());
  head.client_address = net::ClientAddress(head.peer_address, head.headers, trusted_proxies);
  const auto now = std::chrono::floor<Timestamp::duration>(std::chrono::system_clock::now());
  head.correlation_id = net::CorrelationIdOf(head.headers, now);
  return head;
}

grpc::Status RefusalStatus(grpc::GenericCallbackServerContext& context, const Error& error, std::string_view correlation_id) {
  net::Headers trailers;
  net::AddCorrelationId(std::string(correlation_id), trailers);
  AddRetryAfter(error, trailers);
  ForEachMetadata(trailers, [&](auto& key, auto& value) { context.AddTrailingMetadata(key, value); });
  return ToGrpcStatus(error, correlation_id);
}

std::string PeerAddress(std::string_view peer) {
  if (!peer.starts_with("ipv4:") && !peer.starts_with("ipv6:")) return {};
  const auto plain = PercentDecode(peer.substr(5, peer.rfind(':') - 5));
  if (!plain) return {};
  std::string address = *plain;
  std::erase_if(address, [](char c) { return c == '[' || c == ']'; });
  static constexpr std::string_view kMapped = "::ffff:";
  return address.starts_with(kMapped) ? address.substr(kMapped.size()) : address;
}

MonotonicTime DeadlineOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return MonotonicTime::max();
  return std::chrono::steady_clock::now() + (deadline - std::chrono::system_clock::now());
}

}  // namespace argus::rpc
