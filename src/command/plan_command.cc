#include "command/plan_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "command/plan_checks.h"
#include "command/plan_specs.h"
#include "command/request_checks.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/approval.h"
#include "domain/reasons.h"
#include "domain/state.h"
#include "store/etag.h"
#include "store/issue_store.h"
#include "store/plan_check_run_store.h"
#include "store/plan_store.h"
#include "store/rollout_store.h"

namespace argus::command {
namespace {

Status CheckTexts(const v1::Plan& plan) {
  ARGUS_RETURN_IF_ERROR(CheckText("plan.title", plan.title(), kMaxTitle));
  return CheckText("plan.description", plan.description(), kMaxProse);
}

void SealSpecs(v1::Plan& plan, const std::string& author, const TraceContext& trace) {
  plan.set_content_hash(domain::PlanContentHash(plan));
  plan.set_specs_author(author);
  plan.set_trace_id(trace.trace_id);
  plan.set_span_id(trace.span_id);
}

v1::Plan Draft(const v1::Plan& wanted, const std::string& author, const TraceContext& trace) {
  v1::Plan plan;
  plan.set_title(wanted.title());
  plan.set_description(wanted.description());
  *plan.mutable_specs() = wanted.specs();
  plan.set_state(v1::Plan::DRAFT);
  plan.set_creator(author);
  SealSpecs(plan, author, trace);
  return plan;
}

Result<v1::Plan> LoadForWrite(Work& work, const domain::PlanName& name, std::string_view etag) {
  ARGUS_RETURN_IF_ERROR(work.Require(name.Project().ToString(), name.ToString()));
  ARGUS_ASSIGN(auto plan, store::GetPlan(work.tx(), name));
  ARGUS_RETURN_IF_ERROR(store::CheckEtag(plan.etag(), etag));
  return plan;
}

// Whoever agreed has agreed to something else.
Status VoidApproval(Work& work, const domain::PlanName& name) {
  ARGUS_ASSIGN(auto issue, store::FindIssueOfPlan(work.tx(), name));
  if (!issue || issue->state() != v1::Issue::OPEN) return Ok();
  *issue->mutable_approval() = domain::ResetApproval();
  ARGUS_RETURN_IF_ERROR(store::UpdateIssue(work.tx(), *issue));
  return Ok();
}

Status ReplaceSpecs(Work& work, ChangeMetrics& metrics, const domain::PlanName& name, v1::Plan& plan) {
  if (!plan.rollout().empty()) {
    return Error(Code::kFailedPrecondition, reasons::kPlanHasRollout,
                 fmt::format("{} has {}; its specs are final. Create a new plan.", plan.name(), plan.rollout()));
  }
  ARGUS_RETURN_IF_ERROR(CheckSpecForms(plan, name.Project()));
  ARGUS_RETURN_IF_ERROR(CheckSpecRows(work, plan, name.Project()));
  SealSpecs(plan, work.caller().user, work.tx().ctx().trace);
  ARGUS_RETURN_IF_ERROR(VoidApproval(work, name));
  ARGUS_RETURN_IF_ERROR(QueueChecks(work, metrics, plan));
  return Ok();
}

Status CheckNotCarriedOut(Work& work, const domain::PlanName& name) {
  ARGUS_ASSIGN(const auto rollout, store::FindRolloutOfPlan(work.tx(), name));
  if (!rollout) return Ok();
  const auto state = rollout->state();
  if (state != v1::Rollout::RUNNING && state != v1::Rollout::PAUSED && state != v1::Rollout::DONE) return Ok();
  return Error(Code::kFailedPrecondition, reasons::kResourceInUse,
               fmt::format("{} is {}; {}.", rollout->name(), v1::Rollout::State_Name(state),
                           state == v1::Rollout::DONE ? "what is done cannot be canceled" : "cancel it first"));
}

Status CancelChecks(Work& work, ChangeMetrics& metrics, const domain::PlanName& name) {
  ARGUS_ASSIGN(const auto checks, store::CurrentPlanCheckRuns(work.tx(), name));
  for (const auto& check : checks) {
    if (domain::IsFinal(check.state())) continue;
    ARGUS_RETURN_IF_ERROR(store::CancelPlanCheckRun(work.tx(), check));
    metrics.PlanCheckCanceled(work.tx(), check.type());
  }
  return Ok();
}

Status CancelIssue(Work& work, const domain::PlanName& name) {
  ARGUS_ASSIGN(auto issue, store::FindIssueOfPlan(work.tx(), name));
  if (!issue || issue->state() != v1::Issue::OPEN) return Ok();
  ARGUS_ASSIGN(const auto state, domain::Next(issue->state(), domain::IssueEvent::kCancel));
  issue->set_state(state);
  ARGUS_RETURN_IF_ERROR(store::UpdateIssue(work.tx(), *issue));
  work.Record({.resource = issue->name(), .extra = Extra({{"plan", name.ToString()}}), .action = "bb.issue.cancel"});
  return Ok();
}

bool Holds(const std::vector<std::string>& paths, std::string_view path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace

Result<v1::Plan> PlanCommands::Create(const RequestContext& ctx, const v1::CreatePlanRequest& request) {
  ARGUS_ASSIGN(const auto parent, domain::ProjectName::Parse(request.parent()));
  v1::Plan wanted = request.plan();
  FillSpecIds(wanted);
  ARGUS_RETURN_IF_ERROR(CheckTexts(wanted));
  ARGUS_RETURN_IF_ERROR(CheckSpecForms(wanted, parent));
  return Run<v1::Plan>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Plan> {
    ARGUS_RETURN_IF_ERROR(work.Require(request.parent(), request.parent()));
    ARGUS_RETURN_IF_ERROR(ActiveProject(work.tx(), parent));
    ARGUS_RETURN_IF_ERROR(CheckSpecRows(work, wanted, parent));
    ARGUS_ASSIGN(auto plan, store::InsertPlan(work.tx(), parent, Draft(wanted, work.caller().user, ctx.trace)));
    ARGUS_RETURN_IF_ERROR(QueueChecks(work, metrics_, plan));
    work.Record({.resource = plan.name(), .extra = Extra({{"content_hash", plan.content_hash()}})});
    return plan;
  });
}

Result<v1::Plan> PlanCommands::Update(const RequestContext& ctx, const v1::UpdatePlanRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::PlanName::Parse(request.plan().name()));
  v1::Plan wanted = request.plan();
  ARGUS_ASSIGN(const auto paths, UpdatePaths(request.update_mask(), wanted, {"title", "description", "specs"}));
  FillSpecIds(wanted);
  ARGUS_RETURN_IF_ERROR(CheckTexts(wanted));
  return Run<v1::Plan>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Plan> {
    ARGUS_ASSIGN(auto plan, LoadForWrite(work, name, wanted.etag()));
    ARGUS_RETURN_IF_ERROR(ActiveProject(work.tx(), name.Project()));
    if (plan.state() == v1::Plan::CANCELED) {
      return Error(Code::kFailedPrecondition, reasons::kPlanNotActive, fmt::format("{} is canceled.", plan.name()));
    }
    CopyFields(paths, wanted, plan);
    if (Holds(paths, "specs")) ARGUS_RETURN_IF_ERROR(ReplaceSpecs(work, metrics_, name, plan));
    ARGUS_ASSIGN(auto updated, store::UpdatePlan(work.tx(), plan));
    work.Record({.resource = updated.name(), .extra = Extra({{"content_hash", updated.content_hash()}})});
    return updated;
  });
}

Result<v1::Plan> PlanCommands::Cancel(const RequestContext& ctx, const v1::CancelPlanRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::PlanName::Parse(request.name()));
  return Run<v1::Plan>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Plan> {
    ARGUS_ASSIGN(auto plan, LoadForWrite(work, name, request.etag()));
    ARGUS_ASSIGN(const auto state, domain::Next(plan.state(), domain::PlanEvent::kCancel));
    ARGUS_RETURN_IF_ERROR(CheckNotCarriedOut(work, name));
    ARGUS_RETURN_IF_ERROR(CancelChecks(work, metrics_, name));
    ARGUS_RETURN_IF_ERROR(CancelIssue(work, name));
    plan.set_state(state);
    ARGUS_ASSIGN(auto canceled, store::UpdatePlan(work.tx(), plan));
    work.Record({.resource = canceled.name()});
    return canceled;
  });
}

}  // namespace argus::command
