#include "api/instance_service.h"

#include <utility>

#include "api/binder.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "store/instance_store.h"

namespace argus::api {

void InstanceService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.InstanceService", this)
      .Read("GetInstance", &InstanceService::GetInstance)
      .Read("ListInstances", &InstanceService::ListInstances)
      .Write("CreateInstance", commands_, &command::InstanceCommands::Create)
      .Write("UpdateInstance", commands_, &command::InstanceCommands::Update)
      .Write("DeleteInstance", commands_, &command::InstanceCommands::Delete)
      .Write("UndeleteInstance", commands_, &command::InstanceCommands::Undelete)
      .Write("SyncInstance", commands_, &command::InstanceCommands::Sync)
      .Write("TestConnection", commands_, &command::InstanceCommands::TestConnection);
}

Result<v1::Instance> InstanceService::GetInstance(RequestContext& ctx, const v1::GetInstanceRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::InstanceName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetInstance(reader, name);
}

Result<v1::ListInstancesResponse> InstanceService::ListInstances(RequestContext& ctx,
                                                                 const v1::ListInstancesRequest& request) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(auto page, store::ListInstances(reader, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListInstancesResponse::mutable_instances);
}

}  // namespace argus::api
