#include "domain/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/approval.h"
#include "domain/reasons.h"
#include "domain/rollout.h"

namespace argus::domain {
namespace {

Timestamp ToTimestamp(const google::protobuf::Timestamp& time) {
  return FromMicros(time.seconds() * 1'000'000 + time.nanos() / 1'000);
}

void Add(Verdict& verdict, std::string_view gate, std::string reason, std::string resource = {}) {
  v1::GateFinding finding;
  finding.set_gate(std::string(gate));
  finding.set_reason(std::move(reason));
  finding.set_resource(std::move(resource));
  verdict.findings.push_back(std::move(finding));
}

void JudgeApproval(const ChangeFacts& facts, Verdict& verdict) {
  if (facts.issue == nullptr)
    return Add(verdict, gate::kApproval, "The plan has no issue, so nobody could approve it.");
  const auto& approval = facts.issue->approval();
  const std::string& issue = facts.issue->name();
  if (facts.issue->state() == v1::Issue::CANCELED)
    return Add(verdict, gate::kApproval, "The issue is canceled.", issue);
  switch (approval.status()) {
    case v1::Approval::APPROVED:
    case v1::Approval::SKIPPED:
      if (approval.content_hash() == ApprovalContentHash(facts.plan, facts.checks)) return;
      return Add(verdict, gate::kApproval, "The change is not the one that was approved.", issue);
    case v1::Approval::REJECTED:
      return Add(verdict, gate::kApproval, "The change was rejected.", issue);
    case v1::Approval::PENDING:
      return Add(verdict, gate::kApproval, "The change waits for approval.", issue);
    default:
      return Add(verdict, gate::kApproval,
                 approval.error().empty() ? "The approval is being worked out." : approval.error(), issue);
  }
}

void JudgeChecks(const ChangeFacts& facts, Verdict& verdict) {
  if (facts.checks.empty()) Add(verdict, gate::kCheck, "The plan was not checked.", facts.plan.name());
  for (const auto& check : facts.checks) {
    const std::string what = fmt::format("check {} on {}", v1::PlanCheckRun::Type_Name(check.type()), check.target());
    switch (check.state()) {
      case v1::PlanCheckRun::DONE:
        if (check.verdict() == v1::PlanCheckRun::ERROR)
          Add(verdict, gate::kCheck, "Found errors: " + what, check.name());
        break;
      case v1::PlanCheckRun::PENDING:
      case v1::PlanCheckRun::RUNNING:
        Add(verdict, gate::kCheck, "Still under way: " + what, check.name());
        break;
      default:
        Add(verdict, gate::kCheck, "Has no verdict: " + what, check.name());
    }
  }
}

void JudgeFreeze(const ChangeFacts& facts, const std::string& environment, Verdict& verdict) {
  const auto* freeze = FindFreeze(facts.maintenance, environment, facts.now);
  if (freeze == nullptr || facts.override_freeze) return;
  Add(verdict, gate::kFreeze,
      fmt::format("Freeze window '{}' covers {} until {}.", freeze->title(), environment,
                  FormatRfc3339(ToTimestamp(freeze->end_time()))),
      environment);
}

void JudgeStageOrder(const v1::Rollout& rollout, const v1::Task& task, Verdict& verdict) {
  const v1::Stage* current = CurrentStage(rollout);
  if (current == nullptr || current->environment() == task.environment()) return;
  const bool later =
      std::find_if(rollout.stages().begin(), rollout.stages().end(), [&](const v1::Stage& stage) {
        return stage.environment() == current->environment() || stage.environment() == task.environment();
      })->environment() == current->environment();
  if (later) Add(verdict, gate::kStageOrder, fmt::format("{} is not complete.", current->environment()), task.name());
}

void JudgeTaskOrder(const v1::Rollout& rollout, const v1::Task& task, Verdict& verdict) {
  if (const v1::Task* before = UnfinishedPredecessor(rollout, task); before != nullptr) {
    Add(verdict, gate::kTaskOrder, fmt::format("{} comes first on the same database and is not done.", before->name()),
        task.name());
  }
}

void JudgeRolloutState(const v1::Rollout& rollout, Verdict& verdict) {
  Add(verdict, gate::kRolloutState, fmt::format("The rollout is {}.", v1::Rollout::State_Name(rollout.state())),
      rollout.name());
}

void JudgeTaskState(const v1::Task& task, Verdict& verdict) {
  if (task.state() != v1::Task::UNKNOWN) return;
  Add(verdict, gate::kTaskState, "The outcome of the last run is UNKNOWN; resolve it first.", task.name());
}

}  // namespace

bool Verdict::waits() const {
  return std::all_of(findings.begin(), findings.end(), [](const v1::GateFinding& finding) {
    return finding.gate() == gate::kSchedule || finding.gate() == gate::kStageOrder;
  });
}

Verdict JudgeChange(const ChangeFacts& facts) {
  Verdict verdict;
  if (facts.plan.state() == v1::Plan::CANCELED)
    Add(verdict, gate::kApproval, "The plan is canceled.", facts.plan.name());
  JudgeApproval(facts, verdict);
  JudgeChecks(facts, verdict);
  if (facts.emergency.paused()) {
    Add(verdict, gate::kEmergencyPause, fmt::format("All changes are paused: {}", facts.emergency.reason()));
  }
  return verdict;
}

Verdict JudgeStart(const ChangeFacts& facts, const v1::Rollout& rollout) {
  Verdict verdict = JudgeChange(facts);
  if (const v1::Stage* stage = CurrentStage(rollout); stage != nullptr)
    JudgeFreeze(facts, stage->environment(), verdict);
  return verdict;
}

Verdict JudgeRollout(const ChangeFacts& facts, const v1::Rollout& rollout) {
  Verdict verdict = JudgeStart(facts, rollout);
  if (rollout.state() == v1::Rollout::PAUSED) JudgeRolloutState(rollout, verdict);
  if (const v1::Stage* stage = CurrentStage(rollout); stage != nullptr) {
    for (const auto& task : stage->tasks()) JudgeTaskState(task, verdict);
  }
  return verdict;
}

Verdict JudgeTask(const ChangeFacts& facts, const v1::Rollout& rollout, const v1::Task& task) {
  Verdict verdict = JudgeChange(facts);
  JudgeFreeze(facts, task.environment(), verdict);
  JudgeStageOrder(rollout, task, verdict);
  JudgeTaskOrder(rollout, task, verdict);
  if (rollout.state() != v1::Rollout::RUNNING) JudgeRolloutState(rollout, verdict);
  JudgeTaskState(task, verdict);
  if (task.has_run_after() && ToTimestamp(task.run_after()) > facts.now) {
    Add(verdict, gate::kSchedule, fmt::format("Scheduled for {}.", FormatRfc3339(ToTimestamp(task.run_after()))),
        task.name());
  }
  return verdict;
}

Error GateClosed(const Verdict& verdict) {
  std::string message = "The change may not proceed now:";
  for (const auto& finding : verdict.findings) message += fmt::format(" [{}] {}", finding.gate(), finding.reason());
  Error error(Code::kFailedPrecondition, reasons::kGateClosed, std::move(message));
  for (const auto& finding : verdict.findings) std::move(error).WithMetadata(finding.gate(), finding.reason());
  return error;
}

const v1::MaintenanceWindowSetting::FreezeWindow* FindFreeze(const v1::MaintenanceWindowSetting& setting,
                                                             std::string_view environment, Timestamp now) {
  for (const auto& window : setting.freeze_windows()) {
    const bool covers = window.environments().empty() ||
                        std::find(window.environments().begin(), window.environments().end(), environment) !=
                            window.environments().end();
    if (covers && ToTimestamp(window.start_time()) <= now && now < ToTimestamp(window.end_time())) return &window;
  }
  return nullptr;
}

}  // namespace argus::domain
