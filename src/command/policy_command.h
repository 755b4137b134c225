// IAM policies of the workspace and of projects.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. `metastore` must outlive it. Nobody grants more than they hold: each role that is added must consist of
// permissions that the caller has there.
class PolicyCommands {
 public:
  explicit PolicyCommands(store::Metastore& metastore) : metastore_(metastore) {}

  // FAILED_PRECONDITION / LAST_ADMIN when no active workspaceAdmin would be left.
  Result<v1::IamPolicy> SetWorkspacePolicy(const RequestContext& ctx, const v1::SetIamPolicyRequest& request);
  Result<v1::IamPolicy> SetProjectPolicy(const RequestContext& ctx, const v1::SetProjectIamPolicyRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
