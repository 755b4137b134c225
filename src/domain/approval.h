// Who has to agree to a change, and what their agreement covers. Pure; clock and I/O stand outside.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "domain/iam.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace argus::domain {

// What approvers see: SHA-256 (hex) over the specs with their sheets and targets, in order.
std::string PlanContentHash(const v1::Plan& plan);
// What an approval binds to: the plan's content and the verdict of every check on it. Any change of SQL, targets or
// verdicts gives another hash and so voids the approval.
std::string ApprovalContentHash(const v1::Plan& plan, std::span<const v1::PlanCheckRun> checks);

// Every condition compiles and every step names valid approvers; else INVALID_ARGUMENT naming the field.
Status CheckApprovalSetting(const v1::WorkspaceApprovalSetting& setting);

// The template of the first rule whose condition is true for any of `cases` (one for each environment and engine of the
// plan). No rule matches: one approver other than the author. An error means that a rule cannot be evaluated: the
// change stays blocked.
Result<v1::ApprovalTemplate> ChooseTemplate(const v1::WorkspaceApprovalSetting& setting,
                                            std::span<const v1::ApprovalVariables> cases);

// CHECKING -> PENDING or, where the template has no steps, SKIPPED.
Result<v1::Approval> RequireApproval(const v1::Approval& approval, const v1::ApprovalTemplate& chosen,
                                     const std::string& content_hash, Timestamp now);
// The approval of a change that nobody looked at yet: CHECKING without decisions. Also what an approval goes back to
// when the content changes or the checks run anew.
v1::Approval ResetApproval();

struct ApprovalRequest {
  const Subject& approver;
  const std::string& author;   // "users/alice"
  const std::string& project;  // "projects/play"
  bool allow_self_approval = false;
  bool approved = true;  // false: rejected
  std::string comment;
  // What the approver says to have read; empty is not compared.
  std::string content_hash;
  // W3C ids of the span in which they decide; may be empty.
  std::string trace_id;
  std::string span_id;
};

// Adds the decision; the last one that a step needs moves on to the next step or to APPROVED. Errors: NOT_AN_APPROVER,
// SELF_APPROVAL, ALREADY_DECIDED, CONTENT_CHANGED, INVALID_STATE_TRANSITION.
Result<v1::Approval> Decide(const v1::Approval& approval, const ApprovalRequest& request, Timestamp now);

// True when `subject` is one whom the current step names.
bool IsApprover(const v1::ApprovalStep& step, const Subject& subject, std::string_view project);

}  // namespace argus::domain
