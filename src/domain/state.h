// State machines as tables: (state, event) -> state, or a named error. A state changes nowhere else. Pure, thread-safe.
#pragma once

#include <string_view>

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::domain {

enum class TaskRunEvent { kClaim, kSucceed, kFail, kCancel, kLose, kResolveDone, kResolveFailed };
enum class TaskEvent { kEnqueue, kStart, kSucceed, kFail, kCancel, kLose, kSkip };
enum class RolloutEvent { kStart, kPause, kResume, kComplete, kFail, kCancel };
enum class CheckEvent { kClaim, kFinish, kFail, kCancel, kRequeue };
enum class PlanEvent { kActivate, kCancel };
enum class IssueEvent { kComplete, kCancel };
enum class ApprovalEvent { kRequire, kSkip, kApprove, kReject, kReset };

// FAILED_PRECONDITION / INVALID_STATE_TRANSITION, naming the state and the event, where the table has no row.
Result<v1::TaskRun::State> Next(v1::TaskRun::State state, TaskRunEvent event);
Result<v1::Task::State> Next(v1::Task::State state, TaskEvent event);
Result<v1::Rollout::State> Next(v1::Rollout::State state, RolloutEvent event);
Result<v1::PlanCheckRun::State> Next(v1::PlanCheckRun::State state, CheckEvent event);
Result<v1::Plan::State> Next(v1::Plan::State state, PlanEvent event);
Result<v1::Issue::State> Next(v1::Issue::State state, IssueEvent event);
Result<v1::Approval::Status> Next(v1::Approval::Status state, ApprovalEvent event);

// No event can change it any more (an UNKNOWN run still can be resolved).
bool IsFinal(v1::TaskRun::State state);
bool IsFinal(v1::Rollout::State state);
bool IsFinal(v1::PlanCheckRun::State state);

// The event on the task that ends together with its newest run.
TaskEvent TaskEventFor(v1::TaskRun::State run_state);

}  // namespace argus::domain
