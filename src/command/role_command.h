// Custom roles.
#pragma once

#include <google/protobuf/empty.pb.h>

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. `metastore` must outlive it.
class RoleCommands {
 public:
  explicit RoleCommands(store::Metastore& metastore) : metastore_(metastore) {}

  Result<v1::Role> Create(const RequestContext& ctx, const v1::CreateRoleRequest& request);
  // FAILED_PRECONDITION / BUILT_IN_ROLE for those, here and below.
  Result<v1::Role> Update(const RequestContext& ctx, const v1::UpdateRoleRequest& request);
  // FAILED_PRECONDITION / RESOURCE_IN_USE while a policy binds it.
  Result<google::protobuf::Empty> Delete(const RequestContext& ctx, const v1::DeleteRoleRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
