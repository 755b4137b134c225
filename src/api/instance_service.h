// argus.v1.InstanceService: target servers.
#pragma once

#include "command/instance_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class InstanceService {
 public:
  InstanceService(store::Metastore& metastore, command::InstanceCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Instance> GetInstance(RequestContext& ctx, const v1::GetInstanceRequest& request);
  Result<v1::ListInstancesResponse> ListInstances(RequestContext& ctx, const v1::ListInstancesRequest& request);

  store::Metastore& metastore_;
  command::InstanceCommands& commands_;
};

}  // namespace argus::api
