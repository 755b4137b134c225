// argus.v1.ProjectService: projects and their IAM policies.
#pragma once

#include "command/policy_command.h"
#include "command/project_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class ProjectService {
 public:
  ProjectService(store::Metastore& metastore, command::ProjectCommands& commands, command::PolicyCommands& policies)
      : metastore_(metastore), commands_(commands), policies_(policies) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Project> GetProject(RequestContext& ctx, const v1::GetProjectRequest& request);
  Result<v1::ListProjectsResponse> ListProjects(RequestContext& ctx, const v1::ListProjectsRequest& request);
  Result<v1::IamPolicy> GetProjectIamPolicy(RequestContext& ctx, const v1::GetProjectIamPolicyRequest& request);

  store::Metastore& metastore_;
  command::ProjectCommands& commands_;
  command::PolicyCommands& policies_;
};

}  // namespace argus::api
