#include "command/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/reasons.h"
#include "domain/setting.h"
#include "store/setting_store.h"

namespace argus::command {

Result<v1::Setting> EffectiveSetting(store::Reader& reader, const domain::SettingName& name) {
  const auto* fallback = domain::FindDefaultSetting(name);
  if (fallback == nullptr) {
    return Error(Code::kNotFound, reasons::kUnknownSetting, fmt::format("There is no {}.", name.ToString()));
  }
  ARGUS_ASSIGN(const auto stored, store::FindSetting(reader, name));
  return stored.value_or(*fallback);
}

Result<std::vector<v1::Setting>> EffectiveSettings(store::Reader& reader) {
  ARGUS_ASSIGN(const auto stored, store::ListSettings(reader));
  auto settings = domain::DefaultSettings();
  for (auto& setting : settings) {
    const auto found =
        std::find_if(stored.begin(), stored.end(), [&](const auto& other) { return other.name() == setting.name(); });
    if (found != stored.end()) setting = *found;
  }
  return settings;
}

}  // namespace argus::command
