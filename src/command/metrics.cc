#include "command/metrics.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <initializer_list>
#include <vector>

#include "store/row.h"

namespace argus::command {
namespace {

constexpr std::size_t kMaxEnvironments = 20;
constexpr std::string_view kOther = "other";
constexpr std::string_view kEnvironmentPrefix = "environments/";
// Then the memory of what was counted begins anew.
constexpr std::size_t kMaxHeld = 10'000;

constexpr v1::TaskRun::State kRunEnds[] = {v1::TaskRun::DONE, v1::TaskRun::FAILED, v1::TaskRun::CANCELED,
                                           v1::TaskRun::UNKNOWN};
constexpr v1::Engine kEngines[] = {v1::POSTGRES, v1::SQLITE};
constexpr v1::PlanCheckRun::Type kCheckTypes[] = {v1::PlanCheckRun::CONNECTION, v1::PlanCheckRun::SYNTAX,
                                                  v1::PlanCheckRun::REVIEW};
constexpr std::string_view kCheckEnds[] = {"success", "warning", "error", "failed", "canceled"};
constexpr v1::Rollout::State kRolloutEnds[] = {v1::Rollout::DONE, v1::Rollout::FAILED, v1::Rollout::CANCELED};

constexpr std::string_view kGatesOfStart[] = {domain::gate::kApproval, domain::gate::kCheck,
                                              domain::gate::kEmergencyPause, domain::gate::kFreeze};
constexpr std::string_view kGatesOfTask[] = {
    domain::gate::kApproval,     domain::gate::kCheck,     domain::gate::kStageOrder,
    domain::gate::kTaskOrder,    domain::gate::kFreeze,    domain::gate::kEmergencyPause,
    domain::gate::kRolloutState, domain::gate::kTaskState, domain::gate::kSchedule};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

std::string Label(v1::TaskRun::State state) { return Lower(v1::TaskRun::State_Name(state)); }
std::string Label(v1::Rollout::State state) { return Lower(v1::Rollout::State_Name(state)); }
std::string Label(v1::PlanCheckRun::Type type) { return Lower(v1::PlanCheckRun::Type_Name(type)); }
std::string Label(v1::Engine engine) {
  return engine == v1::ENGINE_UNSPECIFIED ? std::string(kOther) : Lower(v1::Engine_Name(engine));
}

std::string StatusOf(const v1::PlanCheckRun& run) {
  if (run.state() != v1::PlanCheckRun::DONE) return Lower(v1::PlanCheckRun::State_Name(run.state()));
  return Lower(v1::PlanCheckRun::Verdict_Name(run.verdict()));
}

double Seconds(std::chrono::microseconds time) { return std::max(0.0, std::chrono::duration<double>(time).count()); }

using TimeField = google::protobuf::Timestamp;
double SecondsBetween(const TimeField& from, const TimeField& to) {
  return Seconds(store::FromProto(to) - store::FromProto(from));
}

std::set<std::string_view> GatesIn(const domain::Verdict& verdict) {
  std::set<std::string_view> gates;
  for (const auto& finding : verdict.findings) gates.insert(finding.gate());
  return gates;
}

}  // namespace

ChangeMetrics::ChangeMetrics(metrics::Registry& registry) : registry_(registry) { CreateClosedSets(); }

void ChangeMetrics::CreateClosedSets() {
  for (const auto engine : kEngines) {
    registry_.GetCounter(kRowsAffected, {Label(engine)});
    for (const auto state : kRunEnds) {
      registry_.GetCounter(kTaskRuns, {Label(state), Label(engine), kOther});
      registry_.GetHistogram(kTaskRunDuration, {Label(state), Label(engine)});
    }
  }
  registry_.GetHistogram(kTaskRunWait);
  for (const auto type : kCheckTypes) {
    registry_.GetHistogram(kPlanCheckRunDuration, {Label(type)});
    for (const auto status : kCheckEnds) registry_.GetCounter(kPlanCheckRuns, {Label(type), status});
  }
  registry_.GetCounter(kRolloutsStarted);
  for (const auto state : kRolloutEnds) {
    registry_.GetCounter(kRolloutsEnded, {Label(state)});
    registry_.GetHistogram(kRolloutDuration, {Label(state)});
  }
  registry_.GetHistogram(kApprovalDuration);
  for (const char* decision : {"approved", "rejected"}) registry_.GetCounter(kApprovalDecisions, {decision});
  for (const auto gate : kGatesOfTask) {
    for (const char* verdict : {"open", "closed"}) registry_.GetCounter(kGateVerdicts, {Lower(gate), verdict});
  }
  for (const char* kind : {"blocked", "overridden"}) registry_.GetCounter(kFreezeViolations, {kind});
}

void ChangeMetrics::KnowEnvironment(std::string_view environment) {
  const std::string label = EnvironmentLabel(environment);
  for (const auto engine : kEngines) {
    for (const auto state : kRunEnds) registry_.GetCounter(kTaskRuns, {Label(state), Label(engine), label});
  }
}

std::string ChangeMetrics::EnvironmentLabel(std::string_view environment) {
  if (environment.starts_with(kEnvironmentPrefix)) environment.remove_prefix(kEnvironmentPrefix.size());
  const std::lock_guard lock(mutex_);
  if (environments_.contains(environment)) return std::string(environment);
  if (environments_.size() >= kMaxEnvironments) return std::string(kOther);
  return *environments_.emplace(environment).first;
}

void ChangeMetrics::TaskRunStarted(store::Transaction& tx, const v1::TaskRun& run, const v1::Task& task) {
  const Timestamp due = std::max(store::FromProto(run.create_time()), store::FromProto(task.run_after()));
  tx.OnCommitted([this, waited = Seconds(tx.now() - due)] { registry_.GetHistogram(kTaskRunWait).Observe(waited); });
}

void ChangeMetrics::TaskRunEnded(store::Transaction& tx, const v1::TaskRun& run, v1::Engine engine,
                                 std::string_view environment) {
  const Timestamp now = tx.now();
  tx.OnCommitted([this, run, engine = Label(engine), environment = EnvironmentLabel(environment), now] {
    const std::string state = Label(run.state());
    registry_.GetCounter(kTaskRuns, {state, engine, environment}).Increment();
    if (run.state() == v1::TaskRun::DONE) registry_.GetCounter(kRowsAffected, {engine}).Increment(run.rows_affected());
    if (!run.has_start_time()) return;
    registry_.GetHistogram(kTaskRunDuration, {state, engine})
        .Observe(Seconds(now - store::FromProto(run.start_time())));
  });
}

void ChangeMetrics::PlanCheckEnded(store::Transaction& tx, const v1::PlanCheckRun& run) {
  const double duration = SecondsBetween(run.start_time(), run.end_time());
  tx.OnCommitted([this, type = Label(run.type()), status = StatusOf(run), duration] {
    registry_.GetCounter(kPlanCheckRuns, {type, status}).Increment();
    registry_.GetHistogram(kPlanCheckRunDuration, {type}).Observe(duration);
  });
}

void ChangeMetrics::PlanCheckCanceled(store::Transaction& tx, v1::PlanCheckRun::Type type) {
  tx.OnCommitted([this, type = Label(type)] { registry_.GetCounter(kPlanCheckRuns, {type, "canceled"}).Increment(); });
}

void ChangeMetrics::RolloutStarted(store::Transaction& tx) {
  tx.OnCommitted([this] { registry_.GetCounter(kRolloutsStarted).Increment(); });
}

void ChangeMetrics::RolloutEnded(store::Transaction& tx, const v1::Rollout& rollout) {
  const bool started = rollout.has_start_time();
  const double duration = started ? Seconds(tx.now() - store::FromProto(rollout.start_time())) : 0;
  tx.OnCommitted([this, state = Label(rollout.state()), started, duration] {
    registry_.GetCounter(kRolloutsEnded, {state}).Increment();
    if (started) registry_.GetHistogram(kRolloutDuration, {state}).Observe(duration);
  });
}

void ChangeMetrics::ApprovalDecided(store::Transaction& tx, bool approved, const v1::Approval& after) {
  const bool final = after.status() == v1::Approval::APPROVED || after.status() == v1::Approval::REJECTED;
  const double duration = SecondsBetween(after.pending_time(), after.decided_time());
  tx.OnCommitted([this, approved, final, duration] {
    registry_.GetCounter(kApprovalDecisions, {approved ? "approved" : "rejected"}).Increment();
    if (final) registry_.GetHistogram(kApprovalDuration).Observe(duration);
  });
}

void ChangeMetrics::GatesOpen(store::Transaction& tx, Gates asked) {
  tx.OnCommitted([this, asked] {
    const std::span<const std::string_view> gates =
        asked == Gates::kOfStart ? std::span<const std::string_view>(kGatesOfStart) : kGatesOfTask;
    for (const auto gate : gates) registry_.GetCounter(kGateVerdicts, {Lower(gate), "open"}).Increment();
  });
}

void ChangeMetrics::GatesClosed(const domain::Verdict& verdict) {
  for (const auto gate : GatesIn(verdict)) registry_.GetCounter(kGateVerdicts, {Lower(gate), "closed"}).Increment();
}

void ChangeMetrics::RunHeldBack(std::int64_t run, const domain::Verdict& verdict) {
  for (const auto gate : GatesIn(verdict)) {
    const std::lock_guard lock(mutex_);
    if (held_.size() >= kMaxHeld) held_.clear();
    if (held_.emplace(run, gate).second) registry_.GetCounter(kGateVerdicts, {Lower(gate), "closed"}).Increment();
  }
}

void ChangeMetrics::FreezeViolated(store::Transaction& tx, store::FreezeViolation kind) {
  const bool blocked = kind == store::FreezeViolation::kBlocked;
  tx.OnCommitted(
      [this, blocked] { registry_.GetCounter(kFreezeViolations, {blocked ? "blocked" : "overridden"}).Increment(); });
}

}  // namespace argus::command
