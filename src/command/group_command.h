// Groups of users.
#pragma once

#include <google/protobuf/empty.pb.h>

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. `metastore` must outlive it.
class GroupCommands {
 public:
  explicit GroupCommands(store::Metastore& metastore) : metastore_(metastore) {}

  Result<v1::Group> Create(const RequestContext& ctx, const v1::CreateGroupRequest& request);
  // FAILED_PRECONDITION / LAST_ADMIN when no active workspaceAdmin would be left.
  Result<v1::Group> Update(const RequestContext& ctx, const v1::UpdateGroupRequest& request);
  // FAILED_PRECONDITION / RESOURCE_IN_USE while a policy binds it.
  Result<google::protobuf::Empty> Delete(const RequestContext& ctx, const v1::DeleteGroupRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
