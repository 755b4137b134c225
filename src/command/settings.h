// Settings in force: what was set, else the default.
#pragma once

#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"
#include "store/reader.h"

namespace argus::command {

// The values themselves are what gates and approval read; one that was never set has the etag "0".
// NOT_FOUND / UNKNOWN_SETTING.
Result<v1::Setting> EffectiveSetting(store::Reader& reader, const domain::SettingName& name);
// All five, in the order of domain::DefaultSettings().
Result<std::vector<v1::Setting>> EffectiveSettings(store::Reader& reader);

}  // namespace argus::command
