// Workspace settings. One that was never set has no row; its default is the caller's to know.
#pragma once

#include <optional>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/transaction.h"

namespace argus::store {

Result<std::optional<v1::Setting>> FindSetting(Reader& reader, const domain::SettingName& name);
// Those that were set, by name.
Result<std::vector<v1::Setting>> ListSettings(Reader& reader);
// Inserts the setting, or replaces its value. An empty etag or "0" means that no row is expected
// (Guard::kContendedKey), any other is the version that it replaces (Guard::kVersion).
Result<v1::Setting> PutSetting(Transaction& tx, v1::Setting setting);

}  // namespace argus::store
