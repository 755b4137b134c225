#include "platform/rpc/method.h"

#include <utility>

#include "google/api/annotations.pb.h"

namespace argus::rpc {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;

MethodKind KindOf(const MethodDescriptor& method) {
  if (method.client_streaming()) return method.server_streaming() ? MethodKind::kBidi : MethodKind::kClientStream;
  return method.server_streaming() ? MethodKind::kServerStream : MethodKind::kUnary;
}

std::pair<std::string, std::string> VerbAndPattern(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet: return {"GET", rule.get()};
    case google::api::HttpRule::kPut: return {"PUT", rule.put()};
    case google::api::HttpRule::kPost: return {"POST", rule.post()};
    case google::api::HttpRule::kDelete: return {"DELETE", rule.delete_()};
    case google::api::HttpRule::kPatch: return {"PATCH", rule.patch()};
    case google::api::HttpRule::kCustom: return {rule.custom().kind(), rule.custom().path()};
    case google::api::HttpRule::PATTERN_NOT_SET: break;
  }
  return {};
}

void AddBinding(const google::api::HttpRule& rule, std::vector<HttpBinding>& bindings) {
  auto [verb, pattern] = VerbAndPattern(rule);
  if (!verb.empty()) bindings.push_back({std::move(verb), std::move(pattern), rule.body(), rule.response_body()});
  for (const auto& more : rule.additional_bindings()) AddBinding(more, bindings);
}

}  // namespace

Method::Method(const MethodDescriptor* descriptor)
    : descriptor_(descriptor),
      path_("/" + descriptor->service()->full_name() + "/" + descriptor->name()),
      kind_(KindOf(*descriptor)),
      side_effect_free_(kind_ == MethodKind::kUnary &&
                        descriptor->options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS),
      request_(google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor->input_type())) {
  if (descriptor->options().HasExtension(google::api::http)) {
    AddBinding(descriptor->options().GetExtension(google::api::http), bindings_);
  }
}

}  // namespace argus::rpc
