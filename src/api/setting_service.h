// argus.v1.SettingService: workspace settings in force.
#pragma once

#include "command/setting_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class SettingService {
 public:
  SettingService(store::Metastore& metastore, command::SettingCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Setting> GetSetting(RequestContext& ctx, const v1::GetSettingRequest& request);
  Result<v1::ListSettingsResponse> ListSettings(RequestContext& ctx, const v1::ListSettingsRequest& request);

  store::Metastore& metastore_;
  command::SettingCommands& commands_;
};

}  // namespace argus::api
