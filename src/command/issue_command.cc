#include "command/issue_command.h"

#include <fmt/format.h>

#include "command/plan_checks.h"
#include "command/request_checks.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/approval.h"
#include "domain/reasons.h"
#include "domain/state.h"
#include "store/etag.h"
#include "store/issue_store.h"
#include "store/plan_store.h"
#include "store/project_store.h"
#include "store/rollout_store.h"

namespace argus::command {
namespace {

constexpr std::size_t kMaxTicket = 200;

Status CheckTexts(const v1::Issue& issue) {
  ARGUS_RETURN_IF_ERROR(CheckText("issue.title", issue.title(), kMaxTitle));
  ARGUS_RETURN_IF_ERROR(CheckText("issue.description", issue.description(), kMaxProse));
  return CheckText("issue.ticket", issue.ticket(), kMaxTicket);
}

Result<domain::PlanName> PlanOf(const v1::CreateIssueRequest& request) {
  auto plan = domain::PlanName::Parse(request.issue().plan());
  if (!plan.ok()) return std::move(plan).error().WithField("issue.plan", "the plan that the issue is about");
  if (plan->Project().ToString() == request.parent()) return plan;
  return InvalidField("issue.plan", fmt::format("The plan must be one of {}.", request.parent()));
}

// DRAFT -> ACTIVE; an active plan stays so if its last issue was canceled.
Status Activate(Work& work, v1::Plan plan, const domain::PlanName& name) {
  ARGUS_ASSIGN(const auto issue, store::FindIssueOfPlan(work.tx(), name));
  if (issue && issue->state() != v1::Issue::CANCELED) {
    return Error(Code::kFailedPrecondition, reasons::kPlanHasIssue,
                 fmt::format("{} has {} already.", plan.name(), issue->name()));
  }
  if (plan.state() == v1::Plan::ACTIVE) return Ok();
  if (plan.state() == v1::Plan::CANCELED) {
    return Error(Code::kFailedPrecondition, reasons::kPlanNotActive, fmt::format("{} is canceled.", plan.name()));
  }
  ARGUS_ASSIGN(const auto state, domain::Next(plan.state(), domain::PlanEvent::kActivate));
  plan.set_state(state);
  ARGUS_RETURN_IF_ERROR(store::UpdatePlan(work.tx(), std::move(plan)));
  return Ok();
}

v1::Issue NewIssue(const v1::Issue& wanted, const v1::Plan& plan, const std::string& creator) {
  v1::Issue issue;
  issue.set_title(wanted.title().empty() ? plan.title() : wanted.title());
  issue.set_description(wanted.description());
  issue.set_ticket(wanted.ticket());
  issue.set_plan(plan.name());
  issue.set_creator(creator);
  issue.set_state(v1::Issue::OPEN);
  *issue.mutable_approval() = domain::ResetApproval();
  return issue;
}

Result<v1::Issue> LoadForWrite(Work& work, const domain::IssueName& name, std::string_view etag = {}) {
  ARGUS_RETURN_IF_ERROR(work.Require(name.Project().ToString(), name.ToString()));
  ARGUS_ASSIGN(auto issue, store::GetIssue(work.tx(), name));
  ARGUS_RETURN_IF_ERROR(store::CheckEtag(issue.etag(), etag));
  return issue;
}

Status RequireOpen(const v1::Issue& issue) {
  if (issue.state() == v1::Issue::OPEN) return Ok();
  return Error(Code::kFailedPrecondition, reasons::kInvalidStateTransition,
               fmt::format("{} is {}.", issue.name(), v1::Issue::State_Name(issue.state())));
}

// The author whom the decision must not come from: the caller, where they are one of the authors.
std::string AuthorFor(const std::string& caller, const v1::Issue& issue, const v1::Plan& plan) {
  const bool is_author = caller == issue.creator() || caller == plan.creator() || caller == plan.specs_author();
  return is_author ? caller : plan.creator();
}

struct Decision {
  bool approved;
  std::string comment;
  std::string content_hash;
};

Result<v1::Approval> Decide(Work& work, const v1::Issue& issue, const domain::IssueName& name, const Decision& decision) {
  ARGUS_ASSIGN(const auto plan_name, domain::PlanName::Parse(issue.plan()));
  ARGUS_ASSIGN(const auto plan, store::GetPlan(work.tx(), plan_name));
  ARGUS_ASSIGN(const auto project, store::GetProject(work.tx(), name.Project()));
  const std::string author = AuthorFor(work.caller().user, issue, plan);
  return domain::Decide(issue.approval(),
                        {.approver = work.caller(),
                         .author = author,
                         .project = project.name(),
                         .allow_self_approval = project.allow_self_approval(),
                         .approved = decision.approved,
                         .comment = decision.comment,
                         .content_hash = decision.content_hash,
                         .trace_id = work.tx().ctx().trace.trace_id,
                         .span_id = work.tx().ctx().trace.span_id},
                        work.now());
}

google::protobuf::Struct DecisionFacts(const v1::Approval& before, const v1::Approval& after) {
  return Extra({{"approval_step", std::to_string(before.current_step() + 1)},
                {"approval_status", v1::Approval::Status_Name(after.status())},
                {"content_hash", after.content_hash()}});
}

Result<v1::Issue> RecordDecision(Work& work, ChangeMetrics& metrics, const domain::IssueName& name, const Decision& decision) {
  ARGUS_ASSIGN(auto issue, LoadForWrite(work, name));
  ARGUS_RETURN_IF_ERROR(RequireOpen(issue));
  ARGUS_ASSIGN(auto approval, Decide(work, issue, name, decision));
  work.Record({.resource = issue.name(), .extra = DecisionFacts(issue.approval(), approval)});
  metrics.ApprovalDecided(work.tx(), decision.approved, approval);
  *issue.mutable_approval() = std::move(approval);
  return store::UpdateIssue(work.tx(), std::move(issue));
}

Status CheckRolloutRests(Work& work, const domain::PlanName& plan) {
  ARGUS_ASSIGN(const auto rollout, store::FindRolloutOfPlan(work.tx(), plan));
  if (!rollout || (rollout->state() != v1::Rollout::RUNNING && rollout->state() != v1::Rollout::PAUSED)) return Ok();
  return Error(Code::kFailedPrecondition, reasons::kResourceInUse,
               fmt::format("{} is {}; cancel it first.", rollout->name(), v1::Rollout::State_Name(rollout->state())));
}

}  // namespace

Result<v1::Issue> IssueCommands::Create(const RequestContext& ctx, const v1::CreateIssueRequest& request) {
  ARGUS_ASSIGN(const auto parent, domain::ProjectName::Parse(request.parent()));
  ARGUS_ASSIGN(const auto plan_name, PlanOf(request));
  ARGUS_RETURN_IF_ERROR(CheckTexts(request.issue()));
  return Run<v1::Issue>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Issue> {
    ARGUS_RETURN_IF_ERROR(work.Require(request.parent(), request.parent()));
    ARGUS_RETURN_IF_ERROR(ActiveProject(work.tx(), parent));
    ARGUS_ASSIGN(const auto plan, store::GetPlan(work.tx(), plan_name));
    ARGUS_RETURN_IF_ERROR(Activate(work, plan, plan_name));
    ARGUS_ASSIGN(const auto issue,
                 store::InsertIssue(work.tx(), parent, NewIssue(request.issue(), plan, work.caller().user)));
    work.Record({.resource = issue.name(), .extra = Extra({{"plan", plan.name()}})});
    ARGUS_RETURN_IF_ERROR(SettleApproval(work, plan));
    ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(issue.name()));
    return store::GetIssue(work.tx(), name);
  });
}

Result<v1::Issue> IssueCommands::Update(const RequestContext& ctx, const v1::UpdateIssueRequest& request) {
  const auto& wanted = request.issue();
  ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(wanted.name()));
  ARGUS_ASSIGN(const auto paths, UpdatePaths(request.update_mask(), wanted, {"title", "description", "ticket"}));
  ARGUS_RETURN_IF_ERROR(CheckTexts(wanted));
  return Run<v1::Issue>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Issue> {
    ARGUS_ASSIGN(auto issue, LoadForWrite(work, name, wanted.etag()));
    CopyFields(paths, wanted, issue);
    work.Record({.resource = issue.name()});
    return store::UpdateIssue(work.tx(), std::move(issue));
  });
}

Result<v1::IssueComment> IssueCommands::Comment(const RequestContext& ctx, const v1::CommentIssueRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(RequireText("content", request.content(), kMaxProse));
  return Run<v1::IssueComment>(metastore_, ctx, request, [&](Work& work) -> Result<v1::IssueComment> {
    ARGUS_RETURN_IF_ERROR(LoadForWrite(work, name));
    v1::IssueComment comment;
    comment.set_content(request.content());
    comment.set_creator(work.caller().user);
    work.Record({.resource = request.name()});
    return store::InsertIssueComment(work.tx(), name, std::move(comment));
  });
}

Result<v1::Issue> IssueCommands::Approve(const RequestContext& ctx, const v1::ApproveIssueRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(CheckText("comment", request.comment(), kMaxProse));
  return Run<v1::Issue>(metastore_, ctx, request, [&](Work& work) {
    return RecordDecision(work, metrics_, name, {true, request.comment(), request.content_hash()});
  });
}

Result<v1::Issue> IssueCommands::Reject(const RequestContext& ctx, const v1::RejectIssueRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(RequireText("comment", request.comment(), kMaxProse));
  return Run<v1::Issue>(metastore_, ctx, request, [&](Work& work) {
    return RecordDecision(work, metrics_, name, {false, request.comment(), {}});
  });
}

Result<v1::Issue> IssueCommands::Cancel(const RequestContext& ctx, const v1::CancelIssueRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::IssueName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(CheckText("reason", request.reason(), kMaxProse));
  return Run<v1::Issue>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Issue> {
    ARGUS_ASSIGN(auto issue, LoadForWrite(work, name, request.etag()));
    ARGUS_ASSIGN(const auto state, domain::Next(issue.state(), domain::IssueEvent::kCancel));
    ARGUS_ASSIGN(const auto plan, domain::PlanName::Parse(issue.plan()));
    ARGUS_RETURN_IF_ERROR(CheckRolloutRests(work, plan));
    issue.set_state(state);
    work.Record({.resource = issue.name()});
    return store::UpdateIssue(work.tx(), std::move(issue));
  });
}

}  // namespace argus::command
