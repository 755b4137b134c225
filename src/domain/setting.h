// What settings may hold, and what is in force while they were never set. Pure, thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"

namespace argus::domain {

namespace setting {
inline const SettingName kEnvironment{"ENVIRONMENT"};
inline const SettingName kWorkspaceProfile{"WORKSPACE_PROFILE"};
inline const SettingName kWorkspaceApproval{"WORKSPACE_APPROVAL"};
inline const SettingName kMaintenanceWindow{"MAINTENANCE_WINDOW"};
inline const SettingName kEmergencyPause{"EMERGENCY_PAUSE"};
}  // namespace setting

// All settings that exist, by name, each with its default: environments dev, staging and prod; tokens of 1 h and 7 d;
// no approval rules; no freeze; no pause.
const std::vector<v1::Setting>& DefaultSettings();
// Null when no setting has this name.
const v1::Setting* FindDefaultSetting(const SettingName& name);

// The value is of the kind that the name asks for and holds together; else INVALID_ARGUMENT naming the field.
Status CheckSetting(const v1::Setting& setting);

}  // namespace argus::domain
