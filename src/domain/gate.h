// The gates: may this proceed now, and if not, every reason why. Only `command` asks, so that console, CLI, CI and
// runners cannot differ. Pure: the clock is an argument. Everything fails closed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace argus::domain {

// Gate names as they appear in GateFinding.gate and in metrics.
namespace gate {
inline constexpr std::string_view kApproval = "APPROVAL";
inline constexpr std::string_view kCheck = "CHECK";
inline constexpr std::string_view kStageOrder = "STAGE_ORDER";
inline constexpr std::string_view kTaskOrder = "TASK_ORDER";
inline constexpr std::string_view kFreeze = "FREEZE";
inline constexpr std::string_view kEmergencyPause = "EMERGENCY_PAUSE";
inline constexpr std::string_view kRolloutState = "ROLLOUT_STATE";
inline constexpr std::string_view kTaskState = "TASK_STATE";
inline constexpr std::string_view kSchedule = "SCHEDULE";
}  // namespace gate

// All that the gates look at, read in the transaction that acts on the verdict.
struct ChangeFacts {
  Timestamp now;
  const v1::Plan& plan;
  const v1::Issue* issue = nullptr;  // none: approval is missing
  std::span<const v1::PlanCheckRun> checks;
  const v1::MaintenanceWindowSetting& maintenance;
  const v1::EmergencyPauseSetting& emergency;
  // The caller holds bb.freezes.override and gave a reason.
  bool override_freeze = false;
};

struct Verdict {
  std::vector<v1::GateFinding> findings;
  bool open() const { return findings.empty(); }
  // Only schedule or stage order stand in the way: waiting helps.
  bool waits() const;
};

// Approval, checks, emergency pause: what concerns the change as a whole.
Verdict JudgeChange(const ChangeFacts& facts);
// JudgeChange, plus freeze windows of the environments whose turn it is.
Verdict JudgeStart(const ChangeFacts& facts, const v1::Rollout& rollout);
// For those who look: JudgeStart, plus a pause and tasks of the stage whose outcome is unknown.
Verdict JudgeRollout(const ChangeFacts& facts, const v1::Rollout& rollout);
// Everything that can keep one task of the rollout from starting now.
Verdict JudgeTask(const ChangeFacts& facts, const v1::Rollout& rollout, const v1::Task& task);

// FAILED_PRECONDITION / GATE_CLOSED listing every finding.
Error GateClosed(const Verdict& verdict);

// The freeze window that covers `environment` at `now`, or null. The end is exclusive.
const v1::MaintenanceWindowSetting::FreezeWindow* FindFreeze(const v1::MaintenanceWindowSetting& setting,
                                                             std::string_view environment, Timestamp now);

}  // namespace argus::domain
