// A project with people and databases in which changes can be carried from plan to rollout.
#pragma once

#include <string>
#include <vector>

#include "command/command_test_support.h"
#include "command/issue_command.h"
#include "command/plan_check_progress.h"
#include "command/plan_command.h"
#include "command/rollout_command.h"
#include "command/sheet_command.h"
#include "command/task_command.h"
#include "command/task_run_command.h"
#include "command/task_run_progress.h"
#include "domain/setting.h"
#include "store/database_store.h"
#include "store/instance_store.h"
#include "store/issue_store.h"
#include "store/plan_check_run_store.h"
#include "store/plan_store.h"
#include "store/rollout_store.h"
#include "store/setting_store.h"
#include "store/task_run_store.h"

namespace argus::command {

// Project play: alice develops, bob owns, carol releases, mallory sees nothing. Instances dev and prod, in the environments of
// these names, each with the databases shop and stock, which belong to play.
class ChangeTest : public CommandTest {
 protected:
  static constexpr const char* kProject = "projects/play";
  static constexpr const char* kDev = "instances/dev/databases/shop";
  static constexpr const char* kDevStock = "instances/dev/databases/stock";
  static constexpr const char* kProd = "instances/prod/databases/shop";

  ChangeTest() {
    AddProject("play");
    for (const char* user : {"bob", "carol", "mallory"}) AddUser(user);
    Give(kProject, {"roles/projectDeveloper", "users/alice"});
    Give(kProject, {"roles/projectOwner", "users/bob"});
    Give(kProject, {"roles/projectReleaser", "users/carol"});
    for (const char* instance : {"dev", "prod"}) AddInstance(instance);
  }

  // Where a SQLite driver finds the instance's databases.
  std::string DataDir(const std::string& instance) const { return folder_.path() + "/" + instance; }
  void AddInstance(const std::string& id) {
    v1::Instance instance;
    instance.set_engine(v1::SQLITE);
    instance.set_environment("environments/" + id);
    instance.set_data_dir(DataDir(id));
    instance.set_state(v1::ACTIVE);
    Write([&](store::Transaction& tx) {
      Must(store::InsertInstance(tx, {id}, instance, {}));
      Must(store::ReplaceDatabases(tx, {id}, std::vector<std::string>{"shop", "stock"}));
    });
    for (const char* database : {"shop", "stock"}) Transfer({id, database}, kProject);
  }
  void Transfer(const domain::DatabaseName& name, const std::string& project) {
    Write([&](store::Transaction& tx) {
      auto database = Must(store::GetDatabase(tx, name));
      database.set_project(project);
      Must(store::UpdateDatabase(tx, database));
    });
  }
  void Set(v1::Setting setting, const domain::SettingName& name) {
    setting.set_name(name.ToString());
    Write([&](store::Transaction& tx) {
      const auto current = Must(store::FindSetting(tx, name));
      setting.set_etag(current ? current->etag() : "0");
      Must(store::PutSetting(tx, setting));
    });
  }
  void SetPause(bool paused) {
    v1::Setting setting;
    setting.mutable_emergency_pause()->set_paused(paused);
    setting.mutable_emergency_pause()->set_reason("incident 7");
    Set(setting, domain::setting::kEmergencyPause);
  }
  // From an hour ago to in an hour.
  void Freeze(const std::string& environment) {
    v1::Setting setting;
    auto* window = setting.mutable_maintenance_window()->add_freeze_windows();
    window->set_title("year end");
    window->add_environments(environment);
    window->mutable_start_time()->set_seconds(ToMicros(clock_.Now()) / 1'000'000 - 3600);
    window->mutable_end_time()->set_seconds(ToMicros(clock_.Now()) / 1'000'000 + 3600);
    Set(setting, domain::setting::kMaintenanceWindow);
  }

  std::string AddSheet(const std::string& sql = "CREATE TABLE t (id INTEGER PRIMARY KEY)") {
    v1::CreateSheetRequest request;
    request.set_parent(kProject);
    request.mutable_sheet()->set_content(sql);
    return Must(SheetCommands(*metastore_).Create(As("alice"), request)).name();
  }
  static v1::CreatePlanRequest PlanRequest(const std::string& sheet, const std::vector<std::string>& targets) {
    v1::CreatePlanRequest request;
    request.set_parent(kProject);
    request.mutable_plan()->set_title("Add t");
    auto* spec = request.mutable_plan()->add_specs();
    spec->set_sheet(sheet);
    spec->mutable_targets()->Assign(targets.begin(), targets.end());
    return request;
  }
  v1::Plan AddPlan(const std::vector<std::string>& targets = {kDev, kProd}) {
    return Must(plans_.Create(As("alice"), PlanRequest(AddSheet(), targets)));
  }
  v1::Issue AddIssue(const v1::Plan& plan) {
    v1::CreateIssueRequest request;
    request.set_parent(kProject);
    request.mutable_issue()->set_plan(plan.name());
    return Must(issues_.Create(As("alice"), request));
  }
  // Carries out all checks that wait, with this verdict.
  void EndChecks(v1::PlanCheckRun::Verdict verdict = v1::PlanCheckRun::SUCCESS) {
    PlanCheckProgress progress(*metastore_, changes_);
    for (;;) {
      const auto claimed = Must(progress.Claim(ctx_, "me", std::chrono::seconds(30)));
      if (!claimed) return;
      auto outcome = claimed->run;
      outcome.set_state(v1::PlanCheckRun::DONE);
      outcome.set_verdict(verdict);
      if (outcome.type() == v1::PlanCheckRun::SYNTAX) outcome.mutable_summary()->add_statement_types("CREATE_TABLE");
      Must(progress.Finish(ctx_, *claimed, outcome));
    }
  }
  Result<v1::Issue> Approve(const std::string& user, const v1::Issue& issue) {
    v1::ApproveIssueRequest request;
    request.set_name(issue.name());
    return issues_.Approve(As(user), request);
  }
  Result<v1::Rollout> CreateRollout(const v1::Plan& plan) {
    v1::CreateRolloutRequest request;
    request.set_parent(kProject);
    request.mutable_rollout()->set_plan(plan.name());
    return rollouts_.Create(As("carol"), request);
  }
  // Checked, approved and ready to start.
  v1::Rollout AddRollout(const std::vector<std::string>& targets = {kDev, kProd}) {
    const auto plan = AddPlan(targets);
    const auto issue = AddIssue(plan);
    EndChecks();
    Must(Approve("bob", issue));
    return Must(CreateRollout(plan));
  }
  Result<v1::Rollout> Start(const v1::Rollout& rollout, const std::string& user = "carol", const std::string& override = {}) {
    v1::StartRolloutRequest request;
    request.set_name(rollout.name());
    request.set_override_freeze_reason(override);
    return rollouts_.Start(As(user), request);
  }
  Result<v1::BatchRunTasksResponse> RunTasks(const v1::Rollout& rollout, const std::vector<std::string>& tasks) {
    v1::BatchRunTasksRequest request;
    request.set_parent(rollout.name());
    request.mutable_tasks()->Assign(tasks.begin(), tasks.end());
    return tasks_.BatchRun(As("carol"), request);
  }

  std::optional<store::ClaimedRun> Claim() {
    std::vector<std::int64_t> held;
    return Must(runs_.Claim(ctx_, "me", std::chrono::seconds(30), held));
  }
  v1::TaskRun End(const store::ClaimedRun& claimed, v1::TaskRun::State state = v1::TaskRun::DONE) {
    auto outcome = claimed.run;
    outcome.set_state(state);
    return Must(runs_.Finish(ctx_, claimed, outcome, {}));
  }
  // Claims and ends the next run.
  v1::TaskRun EndNext(v1::TaskRun::State state = v1::TaskRun::DONE) {
    const auto claimed = Claim();
    if (!claimed) {
      ADD_FAILURE() << "nothing to claim";
      return {};
    }
    return End(*claimed, state);
  }

  v1::Rollout Reload(const v1::Rollout& rollout) {
    auto reader = Read();
    return Must(store::GetRollout(reader, Must(domain::RolloutName::Parse(rollout.name()))));
  }
  v1::Issue Reload(const v1::Issue& issue) {
    auto reader = Read();
    return Must(store::GetIssue(reader, Must(domain::IssueName::Parse(issue.name()))));
  }
  v1::Plan Reload(const v1::Plan& plan) {
    auto reader = Read();
    return Must(store::GetPlan(reader, Must(domain::PlanName::Parse(plan.name()))));
  }
  std::vector<v1::PlanCheckRun> ChecksOfPlan(const v1::Plan& plan) {
    auto reader = Read();
    return Must(store::CurrentPlanCheckRuns(reader, Must(domain::PlanName::Parse(plan.name()))));
  }
  // "dev:DONE prod:NOT_STARTED"
  std::string States(const v1::Rollout& rollout) {
    std::string states;
    const auto now = Reload(rollout);
    for (const auto& stage : now.stages()) {
      for (const auto& task : stage.tasks()) {
        states += (states.empty() ? "" : " ") + stage.environment().substr(sizeof("environments/") - 1) + ":" +
                  v1::Task::State_Name(task.state());
      }
    }
    return states;
  }

  metrics::Registry registry_;
  ChangeMetrics changes_{registry_};
  PlanCommands plans_{*metastore_, changes_};
  IssueCommands issues_{*metastore_, changes_};
  RolloutCommands rollouts_{*metastore_, changes_};
  TaskCommands tasks_{*metastore_, changes_};
  TaskRunCommands task_runs_{*metastore_, changes_};
  TaskRunProgress runs_{*metastore_, changes_};
};

}  // namespace argus::command
