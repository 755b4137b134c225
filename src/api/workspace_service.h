// argus.v1.WorkspaceService: the workspace's IAM policy.
#pragma once

#include "command/policy_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class WorkspaceService {
 public:
  WorkspaceService(store::Metastore& metastore, command::PolicyCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::IamPolicy> GetIamPolicy(RequestContext& ctx, const v1::GetIamPolicyRequest& request);

  store::Metastore& metastore_;
  command::PolicyCommands& commands_;
};

}  // namespace argus::api
