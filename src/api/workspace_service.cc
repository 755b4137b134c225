#include "api/workspace_service.h"

#include "api/binder.h"
#include "store/iam_policy_store.h"

namespace argus::api {

void WorkspaceService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.WorkspaceService", this)
      .Read("GetIamPolicy", &WorkspaceService::GetIamPolicy)
      .Write("SetIamPolicy", commands_, &command::PolicyCommands::SetWorkspacePolicy);
}

Result<v1::IamPolicy> WorkspaceService::GetIamPolicy(RequestContext& ctx, const v1::GetIamPolicyRequest&) {
  auto reader = metastore_.Read(ctx);
  return store::GetIamPolicy(reader, store::kWorkspaceResource);
}

}  // namespace argus::api
