#include "command/change_facts.h"

#include "command/settings.h"
#include "domain/setting.h"
#include "domain/state.h"
#include "store/database_store.h"
#include "store/issue_store.h"
#include "store/plan_check_run_store.h"
#include "store/plan_store.h"

namespace argus::command {

domain::ChangeFacts LoadedFacts::View(bool override_freeze) const {
  return {.now = now,
          .plan = plan,
          .issue = issue ? &*issue : nullptr,
          .checks = checks,
          .maintenance = maintenance,
          .emergency = emergency,
          .override_freeze = override_freeze};
}

Result<LoadedFacts> LoadChangeFacts(store::Reader& reader, const std::string& plan, Timestamp now) {
  LoadedFacts facts{.now = now};
  ARGUS_ASSIGN(const auto name, domain::PlanName::Parse(plan));
  ARGUS_ASSIGN(facts.plan, store::GetPlan(reader, name));
  ARGUS_ASSIGN(facts.issue, store::FindIssueOfPlan(reader, name));
  ARGUS_ASSIGN(facts.checks, store::CurrentPlanCheckRuns(reader, name));
  ARGUS_ASSIGN(const auto maintenance, EffectiveSetting(reader, domain::setting::kMaintenanceWindow));
  ARGUS_ASSIGN(const auto emergency, EffectiveSetting(reader, domain::setting::kEmergencyPause));
  facts.maintenance = maintenance.maintenance_window();
  facts.emergency = emergency.emergency_pause();
  return facts;
}

Result<v1::Engine> EngineOf(store::Reader& reader, const std::string& target) {
  ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(target));
  const auto database = store::GetDatabase(reader, name);
  if (database.ok()) return database->engine();
  if (database.error().code() == Code::kNotFound) return v1::ENGINE_UNSPECIFIED;
  return database.error();
}

Result<domain::Verdict> JudgeRollout(store::Reader& reader, const v1::Rollout& rollout, Timestamp now) {
  if (domain::IsFinal(rollout.state())) return domain::Verdict{};
  ARGUS_ASSIGN(const auto facts, LoadChangeFacts(reader, rollout.plan(), now));
  return domain::JudgeRollout(facts.View(), rollout);
}

}  // namespace argus::command
