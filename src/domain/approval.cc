#include "domain/approval.h"

#include <fmt/format.h>
#include <google/protobuf/reflection.h>

#include <algorithm>

#include "domain/reasons.h"
#include "domain/resource_name.h"
#include "domain/state.h"
#include "platform/base/encoding.h"
#include "platform/lang/cel/cel.h"

namespace argus::domain {
namespace {

using google::protobuf::FieldDescriptor;

void SetTime(google::protobuf::Timestamp* out, Timestamp time) {
  out->set_seconds(ToMicros(time) / 1'000'000);
  out->set_nanos(static_cast<int>(ToMicros(time) % 1'000'000) * 1'000);
}

// The variables are the fields of ApprovalVariables: declared there, derived here.
const cel::Declarations& Variables() {
  static const cel::Declarations declarations = [] {
    cel::Declarations out;
    const auto* descriptor = v1::ApprovalVariables::descriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const auto* field = descriptor->field(i);
      const bool is_int = field->cpp_type() == FieldDescriptor::CPPTYPE_INT64;
      out[field->name()] = is_int                 ? cel::Type::kInt
                           : field->is_repeated() ? cel::Type::kStringList
                                                  : cel::Type::kString;
    }
    return out;
  }();
  return declarations;
}

cel::Bindings Bind(const v1::ApprovalVariables& variables) {
  cel::Bindings out;
  const auto* reflection = variables.GetReflection();
  const auto* descriptor = v1::ApprovalVariables::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      out[field->name()] = std::int64_t{reflection->GetInt64(variables, field)};
    } else if (field->is_repeated()) {
      const auto& list = reflection->GetRepeatedFieldRef<std::string>(variables, field);
      out[field->name()] = std::vector<std::string>(list.begin(), list.end());
    } else {
      out[field->name()] = reflection->GetString(variables, field);
    }
  }
  return out;
}

Result<bool> Matches(const v1::WorkspaceApprovalSetting::Rule& rule, std::span<const v1::ApprovalVariables> cases) {
  if (rule.condition().empty()) return true;
  ARGUS_ASSIGN(const auto program, cel::Compile(rule.condition(), Variables()));
  for (const auto& variables : cases) {
    ARGUS_ASSIGN(const bool matched, program.Evaluate(Bind(variables)));
    if (matched) return true;
  }
  return false;
}

v1::ApprovalTemplate DefaultTemplate() {
  v1::ApprovalTemplate chosen;
  chosen.set_title("Default: one approver other than the author");
  auto* step = chosen.add_steps();
  step->set_title("Approval");
  for (const char* role : {"roles/projectOwner", "roles/workspaceDBA", "roles/workspaceAdmin"})
    step->add_approvers(role);
  step->set_required_count(1);
  return chosen;
}

Error BadStep(int rule, std::string what) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, what)
      .WithField(fmt::format("setting.workspaceApproval.rules[{}].template.steps", rule), what);
}

Status CheckStep(int rule, const v1::ApprovalStep& step) {
  if (step.approvers().empty()) return BadStep(rule, "Every approval step names at least one role, user or group.");
  if (step.required_count() < 0) return BadStep(rule, "required_count may not be negative.");
  for (const auto& approver : step.approvers()) {
    if (!RoleName::Parse(approver).ok() && !UserName::Parse(approver).ok() && !GroupName::Parse(approver).ok()) {
      return BadStep(rule, fmt::format("'{}' is not an approver; use roles/…, users/… or groups/….", approver));
    }
  }
  return Ok();
}

bool HasDecided(const v1::Approval& approval, std::string_view user) {
  return std::any_of(approval.decisions().begin(), approval.decisions().end(), [&](const auto& decision) {
    return decision.step() == approval.current_step() && decision.approver() == user;
  });
}

int ApprovalsOf(const v1::Approval& approval, int step) {
  return static_cast<int>(
      std::count_if(approval.decisions().begin(), approval.decisions().end(),
                    [&](const auto& decision) { return decision.step() == step && decision.approved(); }));
}

Status CheckMayDecide(const v1::Approval& approval, const ApprovalRequest& request) {
  const auto event = request.approved ? ApprovalEvent::kApprove : ApprovalEvent::kReject;
  if (auto next = Next(approval.status(), event); !next.ok()) return std::move(next).error();
  if (!request.content_hash.empty() && request.content_hash != approval.content_hash()) {
    return Error(Code::kFailedPrecondition, reasons::kContentChanged,
                 "The plan changed since it was read; look again.");
  }
  const auto& step = approval.template_().steps(approval.current_step());
  if (!IsApprover(step, request.approver, request.project)) {
    return Error(
        Code::kPermissionDenied, reasons::kNotAnApprover,
        fmt::format("Step {} is decided by {}.", approval.current_step() + 1, fmt::join(step.approvers(), ", ")));
  }
  if (request.approved && request.approver.user == request.author && !request.allow_self_approval) {
    return Error(Code::kPermissionDenied, reasons::kSelfApproval,
                 "The author cannot approve their own change in this project.");
  }
  if (HasDecided(approval, request.approver.user)) {
    return Error(Code::kFailedPrecondition, reasons::kAlreadyDecided, "You have decided this step already.");
  }
  return Ok();
}

void AddDecision(v1::Approval& approval, const ApprovalRequest& request, Timestamp now) {
  auto* decision = approval.add_decisions();
  decision->set_step(approval.current_step());
  decision->set_approver(request.approver.user);
  decision->set_approved(request.approved);
  decision->set_comment(request.comment);
  decision->set_trace_id(request.trace_id);
  decision->set_span_id(request.span_id);
  SetTime(decision->mutable_time(), now);
}

void Conclude(v1::Approval& approval, v1::Approval::Status status, Timestamp now) {
  approval.set_status(status);
  SetTime(approval.mutable_decided_time(), now);
}

}  // namespace

std::string PlanContentHash(const v1::Plan& plan) {
  std::string text;
  for (const auto& spec : plan.specs()) {
    text += fmt::format("spec {} {}\n", spec.id(), spec.sheet());
    for (const auto& target : spec.targets()) text += fmt::format("target {}\n", target);
  }
  return Sha256Hex(text);
}

std::string ApprovalContentHash(const v1::Plan& plan, std::span<const v1::PlanCheckRun> checks) {
  std::vector<std::string> lines;
  for (const auto& check : checks) {
    lines.push_back(fmt::format("check {} {} {} {} {}\n", v1::PlanCheckRun::Type_Name(check.type()), check.spec_id(),
                                check.target(), check.sheet(), v1::PlanCheckRun::Verdict_Name(check.verdict())));
  }
  std::sort(lines.begin(), lines.end());
  return Sha256Hex(PlanContentHash(plan) + "\n" + fmt::format("{}", fmt::join(lines, "")));
}

Status CheckApprovalSetting(const v1::WorkspaceApprovalSetting& setting) {
  for (int i = 0; i < setting.rules_size(); ++i) {
    const auto& rule = setting.rules(i);
    if (!rule.condition().empty()) {
      if (auto program = cel::Compile(rule.condition(), Variables()); !program.ok()) {
        return std::move(program).error().WithField(fmt::format("setting.workspaceApproval.rules[{}].condition", i),
                                                    "a CEL expression over ApprovalVariables");
      }
    }
    for (const auto& step : rule.template_().steps()) ARGUS_RETURN_IF_ERROR(CheckStep(i, step));
  }
  return Ok();
}

Result<v1::ApprovalTemplate> ChooseTemplate(const v1::WorkspaceApprovalSetting& setting,
                                            std::span<const v1::ApprovalVariables> cases) {
  for (const auto& rule : setting.rules()) {
    ARGUS_ASSIGN(const bool matched, Matches(rule, cases));
    if (matched) return rule.template_();
  }
  return DefaultTemplate();
}

Result<v1::Approval> RequireApproval(const v1::Approval& approval, const v1::ApprovalTemplate& chosen,
                                     const std::string& content_hash, Timestamp now) {
  const bool needed = !chosen.steps().empty();
  ARGUS_ASSIGN(const auto status, Next(approval.status(), needed ? ApprovalEvent::kRequire : ApprovalEvent::kSkip));
  v1::Approval next;
  next.set_status(status);
  *next.mutable_template_() = chosen;
  next.set_content_hash(content_hash);
  SetTime(next.mutable_pending_time(), now);
  if (!needed) SetTime(next.mutable_decided_time(), now);
  return next;
}

v1::Approval ResetApproval() {
  v1::Approval next;
  next.set_status(v1::Approval::CHECKING);
  return next;
}

Result<v1::Approval> Decide(const v1::Approval& approval, const ApprovalRequest& request, Timestamp now) {
  ARGUS_RETURN_IF_ERROR(CheckMayDecide(approval, request));
  v1::Approval next = approval;
  AddDecision(next, request, now);
  if (!request.approved) {
    Conclude(next, v1::Approval::REJECTED, now);
    return next;
  }
  const auto& step = next.template_().steps(next.current_step());
  if (ApprovalsOf(next, next.current_step()) < std::max(1, step.required_count())) return next;
  if (next.current_step() + 1 < next.template_().steps_size()) {
    next.set_current_step(next.current_step() + 1);
  } else {
    Conclude(next, v1::Approval::APPROVED, now);
  }
  return next;
}

bool IsApprover(const v1::ApprovalStep& step, const Subject& subject, std::string_view project) {
  return std::any_of(step.approvers().begin(), step.approvers().end(), [&](const std::string& approver) {
    return approver == subject.user || RoleTable::HoldsRole(subject, approver, project) ||
           std::find(subject.groups.begin(), subject.groups.end(), approver) != subject.groups.end();
  });
}

}  // namespace argus::domain
