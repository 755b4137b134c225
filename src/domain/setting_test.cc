#include "domain/setting.h"

#include <gtest/gtest.h>

#include <functional>

namespace argus::domain {
namespace {

v1::Setting Default(const SettingName& name) { return *FindDefaultSetting(name); }

std::string FieldOf(const Status& status) {
  return status.ok() || status.error().fields().empty() ? "" : status.error().fields()[0].field;
}

TEST(SettingTest, DefaultsAreValidAndUnset) {
  EXPECT_EQ(DefaultSettings().size(), 5u);
  for (const auto& setting : DefaultSettings()) {
    EXPECT_TRUE(CheckSetting(setting).ok()) << setting.name();
    EXPECT_EQ(setting.etag(), "0");
  }
}

TEST(SettingTest, NamesTheOrderOfEnvironments) {
  const auto setting = Default(setting::kEnvironment);
  ASSERT_EQ(setting.environment().environments_size(), 3);
  EXPECT_EQ(setting.environment().environments(0).id(), "dev");
  EXPECT_EQ(setting.environment().environments(2).title(), "Prod");
}

TEST(SettingTest, UnknownNamesHaveNoDefault) { EXPECT_EQ(FindDefaultSetting({"COLOUR"}), nullptr); }

TEST(SettingTest, ValueMustFitItsName) {
  auto setting = Default(setting::kEnvironment);
  setting.mutable_emergency_pause();
  EXPECT_EQ(FieldOf(CheckSetting(setting)), "setting");
  setting.clear_value();
  EXPECT_EQ(FieldOf(CheckSetting(setting)), "setting");
}

struct BadCase {
  SettingName name;
  std::string field;
  std::function<void(v1::Setting&)> spoil;
};

TEST(SettingTest, RefusesWhatDoesNotHoldTogether) {
  const std::vector<BadCase> cases = {
      {setting::kEnvironment, "setting.environment.environments[0].id",
       [](auto& s) { s.mutable_environment()->mutable_environments(0)->set_id("Dev"); }},
      {setting::kEnvironment, "setting.environment.environments[1].id",
       [](auto& s) { s.mutable_environment()->mutable_environments(1)->set_id("dev"); }},
      {setting::kWorkspaceProfile, "setting.workspaceProfile.accessTokenDuration",
       [](auto& s) { s.mutable_workspace_profile()->mutable_access_token_duration()->set_seconds(59); }},
      {setting::kWorkspaceProfile, "setting.workspaceProfile.accessTokenDuration",
       [](auto& s) { s.mutable_workspace_profile()->mutable_access_token_duration()->set_nanos(1); }},
      {setting::kWorkspaceProfile, "setting.workspaceProfile.refreshTokenDuration",
       [](auto& s) { s.mutable_workspace_profile()->clear_refresh_token_duration(); }},
      {setting::kWorkspaceProfile, "setting.workspaceProfile.inactiveSessionTimeout",
       [](auto& s) { s.mutable_workspace_profile()->mutable_inactive_session_timeout()->set_seconds(10); }},
      {setting::kWorkspaceProfile, "setting.workspaceProfile.externalUrl",
       [](auto& s) { s.mutable_workspace_profile()->set_external_url("javascript:alert(1)"); }},
      {setting::kWorkspaceProfile, "setting.workspaceProfile.require2fa",
       [](auto& s) { s.mutable_workspace_profile()->set_require_2fa(true); }},
      {setting::kWorkspaceApproval, "setting.workspaceApproval.rules[0].condition",
       [](auto& s) { s.mutable_workspace_approval()->add_rules()->set_condition("no such ("); }},
      {setting::kMaintenanceWindow, "setting.maintenanceWindow.freezeWindows[0].startTime",
       [](auto& s) { s.mutable_maintenance_window()->add_freeze_windows(); }},
      {setting::kMaintenanceWindow, "setting.maintenanceWindow.freezeWindows[0].endTime",
       [](auto& s) {
         auto* window = s.mutable_maintenance_window()->add_freeze_windows();
         window->mutable_start_time()->set_seconds(100);
         window->mutable_end_time()->set_seconds(100);
       }},
      {setting::kEmergencyPause, "setting.emergencyPause.reason",
       [](auto& s) { s.mutable_emergency_pause()->set_paused(true); }},
  };
  for (const auto& bad : cases) {
    auto setting = Default(bad.name);
    bad.spoil(setting);
    EXPECT_EQ(FieldOf(CheckSetting(setting)), bad.field);
  }
}

}  // namespace
}  // namespace argus::domain
