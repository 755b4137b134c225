#include "contract/services.h"

#include <gtest/gtest.h>

#include <set>

namespace argus::contract {
namespace {

using google::protobuf::MethodDescriptor;

template <typename Check>
void ForEachMethod(Check check) {
  for (const auto* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) check(*service->method(i));
  }
}

TEST(Contract, EveryMethodDeclaresItsAccess) {
  ForEachMethod([](const MethodDescriptor& method) {
    const auto& policy = PolicyOf(method);
    EXPECT_NE(policy.access(), v1::ACCESS_UNSPECIFIED) << method.full_name();
    EXPECT_EQ(policy.access() == v1::PERMISSION, !policy.permission().empty()) << method.full_name();
  });
}

TEST(Contract, EveryMethodIsEitherAReadOrAudited) {
  ForEachMethod([](const MethodDescriptor& method) {
    const bool reads = method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS ||
                       method.name().starts_with("Watch") || method.name() == "ListAuditLogs";
    EXPECT_TRUE(reads || !PolicyOf(method).audit_action().empty()) << method.full_name();
  });
}

TEST(Contract, ResourceFieldsExistInTheRequest) {
  ForEachMethod([](const MethodDescriptor& method) {
    for (const std::string& path : PolicyOf(method).resource_fields()) {
      const auto* message = method.input_type();
      for (std::size_t at = 0; at != std::string::npos && message != nullptr;) {
        const auto dot = path.find('.', at);
        const auto* field = message->FindFieldByName(path.substr(at, dot - at));
        ASSERT_NE(field, nullptr) << method.full_name() << " " << path;
        message = field->message_type();
        at = dot == std::string::npos ? dot : dot + 1;
      }
    }
  });
}

TEST(Contract, EveryMethodHasARequestOfItsOwn) {
  std::set<const google::protobuf::Descriptor*> seen;
  ForEachMethod([&](const MethodDescriptor& method) {
    EXPECT_TRUE(seen.insert(method.input_type()).second) << method.full_name();
    EXPECT_EQ(MethodOf(*method.input_type()), &method);
  });
}

}  // namespace
}  // namespace argus::contract
