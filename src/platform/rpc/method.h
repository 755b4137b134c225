// One method of a served contract, as its descriptor declares it.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace argus::rpc {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// One google.api.HttpRule (additional bindings are bindings of their own).
struct HttpBinding {
  std::string http_method;    // "GET"
  std::string pattern;        // "/v1/{name=projects/*/plans/*}:cancel"
  std::string body;           // "", "*" or the name of a request field
  std::string response_body;  // "" or the name of a response field
};

enum class MethodKind { kUnary, kServerStream, kClientStream, kBidi };

// Immutable after registration; lives as long as its dispatcher.
class Method {
 public:
  explicit Method(const google::protobuf::MethodDescriptor* descriptor);

  const google::protobuf::MethodDescriptor* descriptor() const { return descriptor_; }
  const std::string& full_name() const { return descriptor_->full_name(); }  // "argus.v1.PlanService.GetPlan"
  const std::string& service() const { return descriptor_->service()->full_name(); }
  const std::string& name() const { return descriptor_->name(); }
  const std::string& path() const { return path_; }  // "/argus.v1.PlanService/GetPlan": Connect and gRPC
  MethodKind kind() const { return kind_; }
  // Unary and idempotency_level = NO_SIDE_EFFECTS: may be called by GET (Connect).
  bool side_effect_free() const { return side_effect_free_; }
  const std::vector<HttpBinding>& bindings() const { return bindings_; }
  std::size_t body_limit() const { return body_limit_; }

  MessagePtr NewRequest() const { return MessagePtr(request_->New()); }
  const google::protobuf::Message& request_prototype() const { return *request_; }

 private:
  friend class Dispatcher;

  const google::protobuf::MethodDescriptor* descriptor_;
  std::string path_;
  MethodKind kind_;
  bool side_effect_free_;
  std::vector<HttpBinding> bindings_;
  const google::protobuf::Message* request_;
  std::size_t body_limit_ = 0;
};

}  // namespace argus::rpc
