#include "api/access.h"

#include <string>
#include <vector>

#include "platform/base/reasons.h"

namespace argus::api {
namespace {

using google::protobuf::MethodDescriptor;

bool IsRead(const MethodDescriptor& method) {
  return method.server_streaming() ||
         method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
}

bool IsDeclared(const MethodDescriptor& method) {
  const auto& policy = contract::PolicyOf(method);
  if (policy.access() == v1::ACCESS_UNSPECIFIED) return false;
  if ((policy.access() == v1::PERMISSION) == policy.permission().empty()) return false;
  return IsRead(method) || !policy.audit_action().empty();
}

}  // namespace

v1::Access AccessOf(const MethodDescriptor& method) {
  if (method.full_name().starts_with("grpc.")) return v1::PUBLIC;
  return contract::PolicyOf(method).access();
}

Status CheckDeclarations() {
  std::string missing;
  for (const auto* service : contract::Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      if (!IsDeclared(*service->method(i))) missing += (missing.empty() ? "" : ", ") + service->method(i)->full_name();
    }
  }
  if (missing.empty()) return Ok();
  return Error(Code::kInternal, reasons::kInternal, "methods without a complete declaration: " + missing);
}

}  // namespace argus::api
