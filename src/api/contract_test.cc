// The contract as it is served: nothing is missing, and nothing stands in another's way.
#include <gtest/gtest.h>

#include <algorithm>

#include "api/access.h"
#include "api/api_test_support.h"
#include "contract/services.h"
#include "domain/iam.h"
#include "platform/rpc/grpc_health.h"
#include "platform/rpc/http_api.h"

namespace argus::api {
namespace {

using google::protobuf::MethodDescriptor;

template <typename Check>
void ForEachMethod(Check check) {
  for (const auto* service : contract::Services()) {
    for (int i = 0; i < service->method_count(); ++i) check(*service->method(i));
  }
}

TEST(ServedContract, HoldsEveryMethodBehindAHandlerAndADeclaration) {
  TestServer server;
  EXPECT_TRUE(server.dispatcher().Check().ok());
  EXPECT_TRUE(CheckDeclarations().ok());
  ForEachMethod([&](const MethodDescriptor& method) {
    const auto* served = server.dispatcher().Find("/" + method.service()->full_name() + "/" + method.name());
    ASSERT_NE(served, nullptr) << method.full_name();
    EXPECT_NE(AccessOf(method), v1::ACCESS_UNSPECIFIED) << method.full_name();
  });
}

TEST(ServedContract, EveryMethodHasARouteOrIsAStream) {
  TestServer server;
  for (const rpc::Method* method : server.dispatcher().methods()) {
    EXPECT_NE(method->bindings().empty(), method->kind() == rpc::MethodKind::kUnary) << method->full_name();
  }
}

TEST(ServedContract, RoutesDoNotCollide) {
  TestServer server;
  WorkerPool workers("test", 1, 1);
  rpc::HttpApi api(server.dispatcher(), workers);
  const Status built = api.Build();
  EXPECT_TRUE(built.ok()) << built.error().ToString();
}

TEST(ServedContract, AServerWithoutItsHandlersDoesNotStart) {
  rpc::Dispatcher dispatcher;
  dispatcher.AddService("argus.v1.PlanService");
  const Status checked = dispatcher.Check();
  ASSERT_FALSE(checked.ok());
  EXPECT_NE(checked.error().message().find("argus.v1.PlanService.GetPlan has no handler"), std::string::npos);
}

TEST(ServedContract, TheAdminHoldsEveryPermissionThatAMethodAsksFor) {
  const auto& held = domain::FindBuiltInRole(domain::kWorkspaceAdmin)->permissions();
  ForEachMethod([&](const MethodDescriptor& method) {
    const auto& asked = contract::PolicyOf(method).permission();
    EXPECT_TRUE(asked.empty() || std::find(held.begin(), held.end(), asked) != held.end()) << method.full_name();
  });
}

TEST(ServedContract, GrpcsOwnServicesArePublic) {
  rpc::Dispatcher dispatcher;
  rpc::HealthService health;
  health.Register(dispatcher);
  EXPECT_EQ(AccessOf(*dispatcher.methods().front()->descriptor()), v1::PUBLIC);
}

}  // namespace
}  // namespace argus::api
