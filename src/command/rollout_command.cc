#include "command/rollout_command.h"

#include <fmt/format.h>

#include <map>

#include "command/change_facts.h"
#include "command/closed_gates.h"
#include "command/freeze_override.h"
#include "command/request_checks.h"
#include "command/rollout_work.h"
#include "command/settings.h"
#include "command/work.h"
#include "domain/gate.h"
#include "domain/reasons.h"
#include "domain/rollout.h"
#include "domain/setting.h"
#include "store/database_store.h"
#include "store/plan_store.h"
#include "store/rollout_store.h"

namespace argus::command {
namespace {

Result<domain::PlanName> PlanOf(const v1::CreateRolloutRequest& request) {
  auto plan = domain::PlanName::Parse(request.rollout().plan());
  if (!plan.ok()) return std::move(plan).error().WithField("rollout.plan", "the plan to carry out");
  if (plan->Project().ToString() == request.parent()) return plan;
  return InvalidField("rollout.plan", fmt::format("The plan must be one of {}.", request.parent()));
}

Result<std::vector<v1::Database>> DatabasesOf(store::Reader& reader, const v1::Plan& plan) {
  std::map<std::string, v1::Database> databases;
  for (const auto& spec : plan.specs()) {
    for (const auto& target : spec.targets()) {
      auto [slot, is_new] = databases.try_emplace(target);
      if (!is_new) continue;
      ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(target));
      ARGUS_ASSIGN(slot->second, store::GetDatabase(reader, name));
    }
  }
  std::vector<v1::Database> list;
  for (auto& [name, database] : databases) list.push_back(std::move(database));
  return list;
}

Result<v1::Rollout> NewRollout(Work& work, const v1::Plan& plan, const v1::CreateRolloutRequest& request) {
  if (plan.state() != v1::Plan::ACTIVE) {
    return Error(Code::kFailedPrecondition, reasons::kPlanNotActive,
                 fmt::format("{} is {}; only a plan with an issue is carried out.", plan.name(),
                             v1::Plan::State_Name(plan.state())));
  }
  ARGUS_ASSIGN(const auto databases, DatabasesOf(work.tx(), plan));
  ARGUS_ASSIGN(const auto environments, EffectiveSetting(work.tx(), domain::setting::kEnvironment));
  ARGUS_ASSIGN(auto stages, domain::BuildStages(plan, request.parent(), databases, environments.environment()));
  v1::Rollout rollout;
  rollout.set_title(request.rollout().title().empty() ? plan.title() : request.rollout().title());
  rollout.set_plan(plan.name());
  rollout.set_state(v1::Rollout::NOT_STARTED);
  rollout.set_creator(work.caller().user);
  rollout.mutable_stages()->Assign(std::make_move_iterator(stages.begin()), std::make_move_iterator(stages.end()));
  return rollout;
}

Result<RolloutWork> LoadForWrite(Work& work, ChangeMetrics& metrics, const domain::RolloutName& name) {
  ARGUS_RETURN_IF_ERROR(work.Require(name.Project().ToString(), name.ToString()));
  return RolloutWork::Load(work, metrics, name);
}

// The tasks whose turn it is, where a freeze holds them back.
std::vector<FrozenTask> FrozenTasks(const LoadedFacts& facts, const v1::Rollout& rollout) {
  std::vector<FrozenTask> frozen;
  const v1::Stage* stage = domain::CurrentStage(rollout);
  if (stage == nullptr) return frozen;
  for (const auto& task : stage->tasks()) {
    auto found = domain::IsComplete(task) ? std::nullopt : FindFrozen(facts, task);
    if (found) frozen.push_back(*std::move(found));
  }
  return frozen;
}

// `closed` is filled where this fails with GATE_CLOSED.
Status CheckGates(Work& work, ChangeMetrics& metrics, const v1::Rollout& rollout, bool override_freeze, ClosedGates& closed) {
  ARGUS_ASSIGN(const auto facts, LoadChangeFacts(work.tx(), rollout.plan(), work.now()));
  closed.verdict = domain::JudgeStart(facts.View(override_freeze), rollout);
  if (closed.verdict.open()) {
    metrics.GatesOpen(work.tx(), Gates::kOfStart);
    return Ok();
  }
  if (!override_freeze) closed.frozen = FrozenTasks(facts, rollout);
  return domain::GateClosed(closed.verdict);
}

Status CheckNothingUnknown(RolloutWork& rollout) {
  for (const v1::Task* task : rollout.tasks()) {
    if (task->state() != v1::Task::UNKNOWN) continue;
    return Error(Code::kFailedPrecondition, reasons::kTaskRunUnknown,
                 fmt::format("The outcome of {} is UNKNOWN; resolve it first.", task->latest_task_run()))
        .WithMetadata("task", task->name());
  }
  return Ok();
}

// A rollout that runs single tasks only is taken along as it is.
Status Begin(RolloutWork& rollout) {
  const bool runs_by_hand = rollout.rollout().state() == v1::Rollout::RUNNING && !rollout.rollout().automatic();
  if (!runs_by_hand) ARGUS_RETURN_IF_ERROR(rollout.Move(domain::RolloutEvent::kStart));
  rollout.MakeAutomatic();
  return Ok();
}

// The ones behind the first on a database wait for it.
Status RetryBroken(RolloutWork& rollout, const RunOrder& order) {
  const std::string stage = order.override_environment;
  for (v1::Task* task : rollout.tasks()) {
    const bool broken = task->state() == v1::Task::FAILED || task->state() == v1::Task::CANCELED;
    if (broken && task->environment() == stage) ARGUS_RETURN_IF_ERROR(rollout.Enqueue(*task, order));
  }
  return Ok();
}

std::string CurrentEnvironment(const v1::Rollout& rollout) {
  const v1::Stage* stage = domain::CurrentStage(rollout);
  return stage == nullptr ? std::string() : stage->environment();
}

// What waits ends, what runs is asked to stop, what did not start never will.
Status CancelTask(RolloutWork& rollout, v1::Task& task) {
  switch (task.state()) {
    case v1::Task::NOT_STARTED: return rollout.Change(task, domain::TaskEvent::kCancel);
    case v1::Task::PENDING:
    case v1::Task::RUNNING: ARGUS_RETURN_IF_ERROR(rollout.CancelRun(task)); return Ok();
    default: return Ok();
  }
}

}  // namespace

Result<v1::Rollout> RolloutCommands::Create(const RequestContext& ctx, const v1::CreateRolloutRequest& request) {
  auto created = CreateOnce(ctx, request);
  // Somebody else was faster: theirs is the answer.
  if (!created.ok() && created.error().code() == Code::kAlreadyExists) return CreateOnce(ctx, request);
  return created;
}

Result<v1::Rollout> RolloutCommands::CreateOnce(const RequestContext& ctx, const v1::CreateRolloutRequest& request) {
  ARGUS_ASSIGN(const auto parent, domain::ProjectName::Parse(request.parent()));
  ARGUS_ASSIGN(const auto plan_name, PlanOf(request));
  ARGUS_RETURN_IF_ERROR(CheckText("rollout.title", request.rollout().title(), kMaxTitle));
  return Run<v1::Rollout>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Rollout> {
    ARGUS_RETURN_IF_ERROR(work.Require(request.parent(), request.parent()));
    ARGUS_RETURN_IF_ERROR(ActiveProject(work.tx(), parent));
    ARGUS_ASSIGN(const auto plan, store::GetPlan(work.tx(), plan_name));
    ARGUS_ASSIGN(const auto existing, store::FindRolloutOfPlan(work.tx(), plan_name));
    if (existing) {
      work.Record({.resource = existing->name(), .extra = Extra({{"existing", "true"}})});
      return *existing;
    }
    ARGUS_ASSIGN(auto rollout, NewRollout(work, plan, request));
    ARGUS_ASSIGN(rollout, store::InsertRollout(work.tx(), parent, std::move(rollout)));
    work.Record({.resource = rollout.name(), .extra = Extra({{"plan", plan.name()}})});
    return rollout;
  });
}

Result<v1::Rollout> RolloutCommands::Start(const RequestContext& ctx, const v1::StartRolloutRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(request.name()));
  const std::string& reason = request.override_freeze_reason();
  ClosedGates closed;
  auto started = Run<v1::Rollout>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Rollout> {
    ARGUS_ASSIGN(auto rollout, LoadForWrite(work, metrics_, name));
    ARGUS_RETURN_IF_ERROR(OverrideFreeze(work, name.Project().ToString(), request.name(), reason));
    ARGUS_RETURN_IF_ERROR(CheckNothingUnknown(rollout));
    ARGUS_RETURN_IF_ERROR(Begin(rollout));
    ARGUS_RETURN_IF_ERROR(CheckGates(work, metrics_, rollout.rollout(), !reason.empty(), closed));
    const RunOrder order{work.caller().user, reason, CurrentEnvironment(rollout.rollout())};
    ARGUS_RETURN_IF_ERROR(RetryBroken(rollout, order));
    work.Record({.resource = request.name()});
    return rollout.Settle(order);
  });
  if (IsGateClosed(started)) ReportClosed(metastore_, ctx, metrics_, closed);
  return started;
}

Result<v1::Rollout> RolloutCommands::Pause(const RequestContext& ctx, const v1::PauseRolloutRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(CheckText("reason", request.reason(), kMaxProse));
  return Run<v1::Rollout>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Rollout> {
    ARGUS_ASSIGN(auto rollout, LoadForWrite(work, metrics_, name));
    ARGUS_RETURN_IF_ERROR(rollout.Move(domain::RolloutEvent::kPause));
    work.Record({.resource = request.name(), .extra = Extra({{"reason", request.reason()}})});
    return rollout.Settle({.creator = work.caller().user});
  });
}

Result<v1::Rollout> RolloutCommands::Resume(const RequestContext& ctx, const v1::ResumeRolloutRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(request.name()));
  return Run<v1::Rollout>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Rollout> {
    ARGUS_ASSIGN(auto rollout, LoadForWrite(work, metrics_, name));
    ARGUS_RETURN_IF_ERROR(rollout.Move(domain::RolloutEvent::kResume));
    work.Record({.resource = request.name()});
    work.tx().Announce(store::Topic::kTaskRun, request.name());  // Runs that the pause held back are free.
    return rollout.Settle({.creator = work.caller().user});
  });
}

Result<v1::Rollout> RolloutCommands::Cancel(const RequestContext& ctx, const v1::CancelRolloutRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::RolloutName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(CheckText("reason", request.reason(), kMaxProse));
  return Run<v1::Rollout>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Rollout> {
    ARGUS_ASSIGN(auto rollout, LoadForWrite(work, metrics_, name));
    ARGUS_RETURN_IF_ERROR(rollout.Move(domain::RolloutEvent::kCancel));
    for (v1::Task* task : rollout.tasks()) ARGUS_RETURN_IF_ERROR(CancelTask(rollout, *task));
    work.Record({.resource = request.name(), .extra = Extra({{"reason", request.reason()}})});
    return rollout.Settle({.creator = work.caller().user});
  });
}

}  // namespace argus::command
