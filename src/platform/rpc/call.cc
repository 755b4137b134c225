#include "platform/rpc/call.h"

namespace argus::rpc {

std::string_view ProtocolName(Protocol protocol) {
  switch (protocol) {
    case Protocol::kConnect: return "connect";
    case Protocol::kRest: return "rest";
    case Protocol::kGrpc: return "grpc";
  }
  return "";
}

Result<const google::protobuf::Message*> Call::Decode() {
  if (!request_) {
    MessagePtr message = method().NewRequest();
    Status status = arrival_.decode ? arrival_.decode(*message) : Ok();
    arrival_.decode = nullptr;  // Lets go of the raw bytes.
    if (status.ok()) {
      request_.emplace(std::move(message));
    } else {
      request_.emplace(std::move(status).error());
    }
  }
  if (!request_->ok()) return request_->error();
  return request_->value().get();
}

}  // namespace argus::rpc
