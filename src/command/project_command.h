// Projects.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. `metastore` must outlive it.
class ProjectCommands {
 public:
  explicit ProjectCommands(store::Metastore& metastore) : metastore_(metastore) {}

  // The caller becomes its projectOwner.
  Result<v1::Project> Create(const RequestContext& ctx, const v1::CreateProjectRequest& request);
  Result<v1::Project> Update(const RequestContext& ctx, const v1::UpdateProjectRequest& request);
  // FAILED_PRECONDITION / RESOURCE_IN_USE while a task run of it waits, runs or is unknown.
  Result<v1::Project> Delete(const RequestContext& ctx, const v1::DeleteProjectRequest& request);
  Result<v1::Project> Undelete(const RequestContext& ctx, const v1::UndeleteProjectRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
