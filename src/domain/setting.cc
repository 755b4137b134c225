#include "domain/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/approval.h"
#include "domain/reasons.h"

namespace argus::domain {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kMaxTextBytes = 4096;
constexpr int kMaxEnvironments = 100;

Error BadField(std::string field, std::string rule) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, fmt::format("{}: {}", field, rule))
      .WithField(std::move(field), std::move(rule));
}

v1::Setting Named(const SettingName& name) {
  v1::Setting setting;
  setting.set_name(name.ToString());
  setting.set_etag("0");
  return setting;
}

v1::Setting DefaultEnvironments() {
  auto setting = Named(setting::kEnvironment);
  for (const auto& [id, title] :
       {std::pair("dev", "Dev"), std::pair("staging", "Staging"), std::pair("prod", "Prod")}) {
    auto& environment = *setting.mutable_environment()->add_environments();
    environment.set_id(id);
    environment.set_title(title);
  }
  return setting;
}

v1::Setting DefaultProfile() {
  auto setting = Named(setting::kWorkspaceProfile);
  auto& profile = *setting.mutable_workspace_profile();
  profile.mutable_access_token_duration()->set_seconds(kHour);
  profile.mutable_refresh_token_duration()->set_seconds(7 * kDay);
  return setting;
}

std::vector<v1::Setting> MakeDefaults() {
  auto pause = Named(setting::kEmergencyPause);
  pause.mutable_emergency_pause();
  auto maintenance = Named(setting::kMaintenanceWindow);
  maintenance.mutable_maintenance_window();
  auto approval = Named(setting::kWorkspaceApproval);
  approval.mutable_workspace_approval();
  return {pause, DefaultEnvironments(), maintenance, approval, DefaultProfile()};
}

Status CheckText(const std::string& text, std::string field) {
  if (text.size() <= kMaxTextBytes) return Ok();
  return BadField(std::move(field), fmt::format("at most {} bytes", kMaxTextBytes));
}

Status Check(const v1::EnvironmentSetting& value) {
  if (value.environments_size() > kMaxEnvironments) {
    return BadField("setting.environment.environments", fmt::format("at most {} environments", kMaxEnvironments));
  }
  std::set<std::string_view> ids;
  for (int i = 0; i < value.environments_size(); ++i) {
    const auto& environment = value.environments(i);
    const auto field = fmt::format("setting.environment.environments[{}]", i);
    ARGUS_RETURN_IF_ERROR(CheckResourceId(environment.id(), field + ".id"));
    ARGUS_RETURN_IF_ERROR(CheckText(environment.title(), field + ".title"));
    if (!ids.insert(environment.id()).second) return BadField(field + ".id", "each environment once");
  }
  return Ok();
}

// Whole seconds between `min` and `max`.
Status CheckDuration(const google::protobuf::Duration& duration, std::int64_t min, std::int64_t max,
                     std::string field) {
  if (duration.nanos() == 0 && duration.seconds() >= min && duration.seconds() <= max) return Ok();
  return BadField(std::move(field), fmt::format("whole seconds from {}s to {}s", min, max));
}

bool IsWebUrl(std::string_view url) { return url.starts_with("https://") || url.starts_with("http://"); }

// Empty, or the address of a page about whatever `placeholder` stands for.
Status CheckUrlTemplate(const std::string& text, std::string_view placeholder, std::string field) {
  ARGUS_RETURN_IF_ERROR(CheckText(text, field));
  const auto is_url_character = [](unsigned char c) { return c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>'; };
  const bool good = IsWebUrl(text) && text.find(placeholder) != text.npos &&
                    std::all_of(text.begin(), text.end(), is_url_character);
  if (text.empty() || good) return Ok();
  return BadField(std::move(field), fmt::format("an http:// or https:// address that holds {}", placeholder));
}

Status Check(const v1::WorkspaceProfileSetting& value) {
  const std::string field = "setting.workspaceProfile.";
  ARGUS_RETURN_IF_ERROR(
      CheckDuration(value.access_token_duration(), kMinute, 30 * kDay, field + "accessTokenDuration"));
  ARGUS_RETURN_IF_ERROR(
      CheckDuration(value.refresh_token_duration(), kHour, 365 * kDay, field + "refreshTokenDuration"));
  const auto& idle = value.inactive_session_timeout();
  if (idle.seconds() != 0 || idle.nanos() != 0) {
    ARGUS_RETURN_IF_ERROR(CheckDuration(idle, 5 * kMinute, 365 * kDay, field + "inactiveSessionTimeout"));
  }
  if (!value.external_url().empty() && !IsWebUrl(value.external_url())) {
    return BadField(field + "externalUrl", "an http:// or https:// address");
  }
  ARGUS_RETURN_IF_ERROR(CheckText(value.external_url(), field + "externalUrl"));
  ARGUS_RETURN_IF_ERROR(
      CheckUrlTemplate(value.log_store_url_template(), "{correlation_id}", field + "logStoreUrlTemplate"));
  ARGUS_RETURN_IF_ERROR(CheckUrlTemplate(value.trace_store_url_template(), "{trace_id}", field + "traceStoreUrlTemplate"));
  if (value.require_2fa()) return BadField(field + "require2fa", "two-factor sign-in is not built yet");
  return CheckText(value.announcement().text(), field + "announcement.text");
}

Status Check(const v1::WorkspaceApprovalSetting& value) { return CheckApprovalSetting(value); }

Status Check(const v1::MaintenanceWindowSetting& value) {
  for (int i = 0; i < value.freeze_windows_size(); ++i) {
    const auto& window = value.freeze_windows(i);
    const auto field = fmt::format("setting.maintenanceWindow.freezeWindows[{}]", i);
    for (const auto& environment : window.environments()) {
      if (!EnvironmentName::Parse(environment).ok())
        return BadField(field + ".environments", "environments/{environment}");
    }
    if (!window.has_start_time()) return BadField(field + ".startTime", "required");
    const auto point = [](const auto& time) { return std::pair(time.seconds(), time.nanos()); };
    if (!window.has_end_time() || point(window.end_time()) <= point(window.start_time())) {
      return BadField(field + ".endTime", "later than startTime");
    }
    ARGUS_RETURN_IF_ERROR(CheckText(window.title(), field + ".title"));
    ARGUS_RETURN_IF_ERROR(CheckText(window.reason(), field + ".reason"));
  }
  return Ok();
}

Status Check(const v1::EmergencyPauseSetting& value) {
  if (value.paused() && value.reason().empty())
    return BadField("setting.emergencyPause.reason", "required while paused");
  return CheckText(value.reason(), "setting.emergencyPause.reason");
}

}  // namespace

const std::vector<v1::Setting>& DefaultSettings() {
  static const std::vector<v1::Setting> settings = MakeDefaults();
  return settings;
}

const v1::Setting* FindDefaultSetting(const SettingName& name) {
  const auto& all = DefaultSettings();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const v1::Setting& setting) { return setting.name() == name.ToString(); });
  return found == all.end() ? nullptr : &*found;
}

Status CheckSetting(const v1::Setting& setting) {
  const auto name = SettingName::Parse(setting.name());
  const auto* expected = name.ok() ? FindDefaultSetting(*name) : nullptr;
  if (expected == nullptr || setting.value_case() != expected->value_case()) {
    return BadField("setting", "the kind of value that belongs to its name");
  }
  switch (setting.value_case()) {
    case v1::Setting::kEnvironment:
      return Check(setting.environment());
    case v1::Setting::kWorkspaceProfile:
      return Check(setting.workspace_profile());
    case v1::Setting::kWorkspaceApproval:
      return Check(setting.workspace_approval());
    case v1::Setting::kMaintenanceWindow:
      return Check(setting.maintenance_window());
    case v1::Setting::kEmergencyPause:
      return Check(setting.emergency_pause());
    case v1::Setting::VALUE_NOT_SET:
      break;
  }
  return BadField("setting", "a value");
}

}  // namespace argus::domain
