#include "command/setting_command.h"

#include "command/command_test_support.h"
#include "command/settings.h"
#include "domain/setting.h"
#include "store/instance_store.h"

namespace argus::command {
namespace {

namespace setting = domain::setting;

class SettingCommandTest : public CommandTest {
 protected:
  v1::Setting Effective(const domain::SettingName& name) {
    auto reader = Read();
    return Must(EffectiveSetting(reader, name));
  }
  Result<v1::Setting> Update(const v1::Setting& value, std::initializer_list<const char*> mask = {},
                             const std::string& caller = "admin") {
    v1::UpdateSettingRequest request;
    *request.mutable_setting() = value;
    for (const auto* path : mask) request.mutable_update_mask()->add_paths(path);
    return settings_.Update(As(caller), request);
  }
  void AddInstance(const std::string& environment) {
    v1::Instance instance;
    instance.set_engine(v1::POSTGRES);
    instance.set_environment(environment);
    instance.set_state(v1::ACTIVE);
    Write([&](store::Transaction& tx) { Must(store::InsertInstance(tx, {"pg1"}, instance, {})); });
  }

  SettingCommands settings_{*metastore_};
};
ARGUS_COMMAND_SUITE(SettingCommandTest);

TEST_P(SettingCommandTest, DefaultsHoldUntilSet) {
  EXPECT_EQ(Effective(setting::kEnvironment).environment().environments_size(), 3);
  auto reader = Read();
  EXPECT_EQ(ReasonOf(EffectiveSetting(reader, {"COLOUR"})), "UNKNOWN_SETTING");
  EXPECT_EQ(Must(EffectiveSettings(reader)).size(), 5u);

  auto pause = Effective(setting::kEmergencyPause);
  pause.mutable_emergency_pause()->set_paused(true);
  pause.mutable_emergency_pause()->set_reason("incident 7");
  Must(Update(pause));
  EXPECT_TRUE(Effective(setting::kEmergencyPause).emergency_pause().paused());
  EXPECT_EQ(LastAudit().action(), "bb.setting.update");
  EXPECT_EQ(LastAudit().severity(), v1::AuditLog::WARNING);
}

TEST_P(SettingCommandTest, RefusesStrangersStaleEtagsAndWrongKinds) {
  auto profile = Effective(setting::kWorkspaceProfile);
  EXPECT_EQ(ReasonOf(Update(profile, {}, "alice")), "PERMISSION_DENIED");
  Must(Update(profile));
  EXPECT_EQ(ReasonOf(Update(profile)), "ETAG_MISMATCH");
  profile.clear_etag();
  profile.mutable_emergency_pause();
  EXPECT_EQ(FieldOf(Update(profile)), "setting");
  profile.set_name("settings/COLOUR");
  EXPECT_EQ(ReasonOf(Update(profile)), "UNKNOWN_SETTING");
}

TEST_P(SettingCommandTest, MaskChangesPartsOfTheValue) {
  v1::Setting value;
  value.set_name("settings/WORKSPACE_PROFILE");
  value.mutable_workspace_profile()->set_external_url("https://argus.example.com");
  value.mutable_workspace_profile()->mutable_announcement()->set_text("Hello");
  const auto updated = Must(Update(value, {"workspace_profile.announcement"}));
  EXPECT_EQ(updated.workspace_profile().announcement().text(), "Hello");
  EXPECT_EQ(updated.workspace_profile().external_url(), "");
  EXPECT_EQ(updated.workspace_profile().access_token_duration().seconds(), 3600);
  EXPECT_EQ(FieldOf(Update(value, {"workspace_profile.nonsense"})), "updateMask");
  EXPECT_EQ(FieldOf(Update(value, {"emergency_pause"})), "updateMask");
  EXPECT_EQ(FieldOf(Update(value, {"name"})), "updateMask");
}

TEST_P(SettingCommandTest, LeftOutTokenLifetimesKeepTheirDefaults) {
  v1::Setting value;
  value.set_name("settings/WORKSPACE_PROFILE");
  value.mutable_workspace_profile()->mutable_access_token_duration()->set_seconds(600);
  const auto updated = Must(Update(value));
  EXPECT_EQ(updated.workspace_profile().access_token_duration().seconds(), 600);
  EXPECT_EQ(updated.workspace_profile().refresh_token_duration().seconds(), 7 * 86400);
}

TEST_P(SettingCommandTest, InvalidValuesChangeNothing) {
  auto window = Effective(setting::kMaintenanceWindow);
  window.mutable_maintenance_window()->add_freeze_windows()->mutable_start_time()->set_seconds(5);
  EXPECT_EQ(FieldOf(Update(window)), "setting.maintenanceWindow.freezeWindows[0].endTime");
  EXPECT_EQ(Effective(setting::kMaintenanceWindow).etag(), "0");
}

TEST_P(SettingCommandTest, EnvironmentsInUseStay) {
  AddInstance("environments/dev");
  auto value = Effective(setting::kEnvironment);
  value.mutable_environment()->mutable_environments()->DeleteSubrange(0, 1);
  EXPECT_EQ(ReasonOf(Update(value)), "RESOURCE_IN_USE");

  value = Effective(setting::kEnvironment);
  value.mutable_environment()->mutable_environments()->DeleteSubrange(1, 1);
  value.mutable_environment()->add_environments()->set_id("eu");
  Must(Update(value));
  EXPECT_EQ(Audit("action = \"bb.environment.delete\"").at(0).resource(), "environments/staging");
  EXPECT_EQ(Audit("action = \"bb.environment.create\"").at(0).resource(), "environments/eu");
  EXPECT_EQ(Audit("action = \"bb.environment.update\"").size(), 1u);
}

}  // namespace
}  // namespace argus::command
