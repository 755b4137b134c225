#include "api/setting_service.h"

#include <utility>

#include "api/binder.h"
#include "api/field_path.h"
#include "command/settings.h"

namespace argus::api {

void SettingService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.SettingService", this)
      .Read("GetSetting", &SettingService::GetSetting)
      .Read("ListSettings", &SettingService::ListSettings)
      .Write("UpdateSetting", commands_, &command::SettingCommands::Update);
}

Result<v1::Setting> SettingService::GetSetting(RequestContext& ctx, const v1::GetSettingRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::SettingName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return command::EffectiveSetting(reader, name);
}

Result<v1::ListSettingsResponse> SettingService::ListSettings(RequestContext& ctx, const v1::ListSettingsRequest&) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(auto settings, command::EffectiveSettings(reader));
  v1::ListSettingsResponse response;
  for (auto& setting : settings) *response.add_settings() = std::move(setting);
  return response;
}

}  // namespace argus::api
