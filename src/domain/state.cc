#include "domain/state.h"

#include <fmt/format.h>

#include <span>
#include <string>

#include "domain/reasons.h"

namespace argus::domain {
namespace {

template <typename State, typename Event>
struct Transition {
  State from;
  Event event;
  State to;
};

using R = v1::TaskRun;
constexpr Transition<R::State, TaskRunEvent> kTaskRun[] = {
    {R::PENDING, TaskRunEvent::kClaim, R::RUNNING},    {R::PENDING, TaskRunEvent::kCancel, R::CANCELED},
    {R::RUNNING, TaskRunEvent::kSucceed, R::DONE},     {R::RUNNING, TaskRunEvent::kFail, R::FAILED},
    {R::RUNNING, TaskRunEvent::kCancel, R::CANCELED},  {R::RUNNING, TaskRunEvent::kLose, R::UNKNOWN},
    {R::UNKNOWN, TaskRunEvent::kResolveDone, R::DONE}, {R::UNKNOWN, TaskRunEvent::kResolveFailed, R::FAILED},
};

using T = v1::Task;
constexpr Transition<T::State, TaskEvent> kTask[] = {
    {T::NOT_STARTED, TaskEvent::kEnqueue, T::PENDING}, {T::FAILED, TaskEvent::kEnqueue, T::PENDING},
    {T::CANCELED, TaskEvent::kEnqueue, T::PENDING},    {T::PENDING, TaskEvent::kStart, T::RUNNING},
    {T::PENDING, TaskEvent::kCancel, T::CANCELED},     {T::RUNNING, TaskEvent::kSucceed, T::DONE},
    {T::RUNNING, TaskEvent::kFail, T::FAILED},         {T::RUNNING, TaskEvent::kCancel, T::CANCELED},
    {T::RUNNING, TaskEvent::kLose, T::UNKNOWN},        {T::UNKNOWN, TaskEvent::kSucceed, T::DONE},
    {T::UNKNOWN, TaskEvent::kFail, T::FAILED},         {T::NOT_STARTED, TaskEvent::kSkip, T::SKIPPED},
    {T::NOT_STARTED, TaskEvent::kCancel, T::CANCELED}, {T::FAILED, TaskEvent::kSkip, T::SKIPPED},
    {T::CANCELED, TaskEvent::kSkip, T::SKIPPED},
};

using O = v1::Rollout;
constexpr Transition<O::State, RolloutEvent> kRollout[] = {
    {O::NOT_STARTED, RolloutEvent::kStart, O::RUNNING}, {O::NOT_STARTED, RolloutEvent::kCancel, O::CANCELED},
    {O::NOT_STARTED, RolloutEvent::kComplete, O::DONE}, {O::RUNNING, RolloutEvent::kPause, O::PAUSED},
    {O::RUNNING, RolloutEvent::kComplete, O::DONE},     {O::RUNNING, RolloutEvent::kFail, O::FAILED},
    {O::RUNNING, RolloutEvent::kCancel, O::CANCELED},   {O::PAUSED, RolloutEvent::kResume, O::RUNNING},
    {O::PAUSED, RolloutEvent::kComplete, O::DONE},      {O::PAUSED, RolloutEvent::kFail, O::FAILED},
    {O::PAUSED, RolloutEvent::kCancel, O::CANCELED},    {O::FAILED, RolloutEvent::kStart, O::RUNNING},
    {O::FAILED, RolloutEvent::kComplete, O::DONE},      {O::FAILED, RolloutEvent::kCancel, O::CANCELED},
    {O::NOT_STARTED, RolloutEvent::kPause, O::PAUSED},  {O::NOT_STARTED, RolloutEvent::kFail, O::FAILED},
};

using C = v1::PlanCheckRun;
constexpr Transition<C::State, CheckEvent> kCheck[] = {
    {C::PENDING, CheckEvent::kClaim, C::RUNNING},   {C::PENDING, CheckEvent::kCancel, C::CANCELED},
    {C::RUNNING, CheckEvent::kFinish, C::DONE},     {C::RUNNING, CheckEvent::kFail, C::FAILED},
    {C::RUNNING, CheckEvent::kCancel, C::CANCELED}, {C::RUNNING, CheckEvent::kRequeue, C::PENDING},
};

using P = v1::Plan;
constexpr Transition<P::State, PlanEvent> kPlan[] = {
    {P::DRAFT, PlanEvent::kActivate, P::ACTIVE},
    {P::DRAFT, PlanEvent::kCancel, P::CANCELED},
    {P::ACTIVE, PlanEvent::kCancel, P::CANCELED},
};

using I = v1::Issue;
constexpr Transition<I::State, IssueEvent> kIssue[] = {
    {I::OPEN, IssueEvent::kComplete, I::DONE},
    {I::OPEN, IssueEvent::kCancel, I::CANCELED},
};

using A = v1::Approval;
constexpr Transition<A::Status, ApprovalEvent> kApproval[] = {
    {A::CHECKING, ApprovalEvent::kRequire, A::PENDING}, {A::CHECKING, ApprovalEvent::kSkip, A::SKIPPED},
    {A::PENDING, ApprovalEvent::kApprove, A::APPROVED}, {A::PENDING, ApprovalEvent::kReject, A::REJECTED},
    {A::CHECKING, ApprovalEvent::kReset, A::CHECKING},  {A::PENDING, ApprovalEvent::kReset, A::CHECKING},
    {A::APPROVED, ApprovalEvent::kReset, A::CHECKING},  {A::REJECTED, ApprovalEvent::kReset, A::CHECKING},
    {A::SKIPPED, ApprovalEvent::kReset, A::CHECKING},
};

std::string_view Verb(TaskRunEvent event) {
  static constexpr std::string_view kVerbs[] = {"claimed",          "completed",         "failed", "canceled", "lost",
                                                "resolved as DONE", "resolved as FAILED"};
  return kVerbs[static_cast<int>(event)];
}
std::string_view Verb(TaskEvent event) {
  static constexpr std::string_view kVerbs[] = {"run", "started", "completed", "failed", "canceled", "lost", "skipped"};
  return kVerbs[static_cast<int>(event)];
}
std::string_view Verb(RolloutEvent event) {
  static constexpr std::string_view kVerbs[] = {"started", "paused", "resumed", "completed", "failed", "canceled"};
  return kVerbs[static_cast<int>(event)];
}
std::string_view Verb(CheckEvent event) {
  static constexpr std::string_view kVerbs[] = {"claimed", "finished", "failed", "canceled", "queued again"};
  return kVerbs[static_cast<int>(event)];
}
std::string_view Verb(PlanEvent event) { return event == PlanEvent::kActivate ? "activated" : "canceled"; }
std::string_view Verb(IssueEvent event) { return event == IssueEvent::kComplete ? "completed" : "canceled"; }
std::string_view Verb(ApprovalEvent event) {
  static constexpr std::string_view kVerbs[] = {"requested", "skipped", "granted", "rejected", "asked for anew"};
  return kVerbs[static_cast<int>(event)];
}

template <typename State, typename Event, std::size_t N>
Result<State> Find(const Transition<State, Event> (&table)[N], std::string_view noun, const std::string& state_name,
                   State state, Event event) {
  for (const auto& row : table) {
    if (row.from == state && row.event == event) return row.to;
  }
  return Error(Code::kFailedPrecondition, reasons::kInvalidStateTransition,
               fmt::format("The {} is {} and cannot be {}.", noun, state_name, Verb(event)))
      .WithMetadata("state", state_name);
}

}  // namespace

Result<R::State> Next(R::State state, TaskRunEvent event) {
  return Find(kTaskRun, "task run", R::State_Name(state), state, event);
}
Result<T::State> Next(T::State state, TaskEvent event) {
  return Find(kTask, "task", T::State_Name(state), state, event);
}
Result<O::State> Next(O::State state, RolloutEvent event) {
  return Find(kRollout, "rollout", O::State_Name(state), state, event);
}
Result<C::State> Next(C::State state, CheckEvent event) {
  return Find(kCheck, "plan check run", C::State_Name(state), state, event);
}
Result<P::State> Next(P::State state, PlanEvent event) {
  return Find(kPlan, "plan", P::State_Name(state), state, event);
}
Result<I::State> Next(I::State state, IssueEvent event) {
  return Find(kIssue, "issue", I::State_Name(state), state, event);
}
Result<A::Status> Next(A::Status state, ApprovalEvent event) {
  return Find(kApproval, "approval", A::Status_Name(state), state, event);
}

bool IsFinal(R::State state) { return state == R::DONE || state == R::FAILED || state == R::CANCELED; }
bool IsFinal(O::State state) { return state == O::DONE || state == O::CANCELED; }
bool IsFinal(C::State state) { return state == C::DONE || state == C::FAILED || state == C::CANCELED; }

TaskEvent TaskEventFor(R::State run_state) {
  switch (run_state) {
    case R::DONE:
      return TaskEvent::kSucceed;
    case R::CANCELED:
      return TaskEvent::kCancel;
    case R::UNKNOWN:
      return TaskEvent::kLose;
    case R::RUNNING:
      return TaskEvent::kStart;
    case R::PENDING:
      return TaskEvent::kEnqueue;
    default:
      return TaskEvent::kFail;
  }
}

}  // namespace argus::domain
