#include "command/plan_checks.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "command/settings.h"
#include "domain/approval.h"
#include "domain/resource_name.h"
#include "domain/setting.h"
#include "store/database_store.h"
#include "store/issue_store.h"
#include "store/plan_check_run_store.h"

namespace argus::command {
namespace {

v1::PlanCheckRun NewCheck(v1::PlanCheckRun::Type type, const std::string& target) {
  v1::PlanCheckRun check;
  check.set_type(type);
  check.set_target(target);
  return check;
}

v1::PlanCheckRun NewCheck(v1::PlanCheckRun::Type type, const v1::PlanSpec& spec, const std::string& target) {
  auto check = NewCheck(type, target);
  check.set_spec_id(spec.id());
  check.set_sheet(spec.sheet());
  return check;
}

// A check that did not come to a verdict is as bad as an error.
v1::PlanCheckRun::Verdict Severity(const v1::PlanCheckRun& check) {
  return check.state() == v1::PlanCheckRun::DONE ? check.verdict() : v1::PlanCheckRun::ERROR;
}

// What the rules are asked about one environment and engine of the plan.
struct Case {
  std::set<std::string> statement_types;
  std::int64_t statement_count = 0;
  std::int64_t affected_rows = 0;
  v1::PlanCheckRun::Verdict severity = v1::PlanCheckRun::SUCCESS;

  void Add(const v1::PlanCheckRun& check) {
    severity = std::max(severity, Severity(check));
    const auto& summary = check.summary();
    statement_types.insert(summary.statement_types().begin(), summary.statement_types().end());
    statement_count += summary.statement_count();
    affected_rows += summary.affected_rows();
  }
};
using CaseKey = std::pair<std::string, v1::Engine>;

v1::ApprovalVariables ToVariables(const std::string& project, const CaseKey& key, const Case& facts) {
  v1::ApprovalVariables variables;
  variables.set_project(project);
  variables.set_environment(key.first);
  variables.set_engine(v1::Engine_Name(key.second));
  variables.mutable_statement_types()->Assign(facts.statement_types.begin(), facts.statement_types.end());
  variables.set_statement_count(facts.statement_count);
  variables.set_affected_rows(facts.affected_rows);
  variables.set_severity(v1::PlanCheckRun::Verdict_Name(facts.severity));
  return variables;
}

Result<std::vector<v1::ApprovalVariables>> CasesOf(store::Reader& reader, const v1::Plan& plan,
                                                   const std::vector<v1::PlanCheckRun>& checks) {
  std::map<std::string, CaseKey> keys;
  std::map<CaseKey, Case> cases;
  for (const auto& check : checks) {
    auto [key, is_new] = keys.try_emplace(check.target());
    if (is_new) {
      ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(check.target()));
      ARGUS_ASSIGN(const auto database, store::GetDatabase(reader, name));
      key->second = {database.environment(), database.engine()};
    }
    cases[key->second].Add(check);
  }
  ARGUS_ASSIGN(const auto plan_name, domain::PlanName::Parse(plan.name()));
  std::vector<v1::ApprovalVariables> variables;
  for (const auto& [key, facts] : cases) variables.push_back(ToVariables(plan_name.Project().ToString(), key, facts));
  return variables;
}

Result<v1::ApprovalTemplate> ChooseTemplate(store::Reader& reader, const v1::Plan& plan,
                                            const std::vector<v1::PlanCheckRun>& checks) {
  ARGUS_ASSIGN(const auto setting, EffectiveSetting(reader, domain::setting::kWorkspaceApproval));
  ARGUS_ASSIGN(const auto cases, CasesOf(reader, plan, checks));
  return domain::ChooseTemplate(setting.workspace_approval(), cases);
}

// Only what the caller of this transaction could mend by waiting is an error of ours.
bool IsRulesFault(const Error& error) { return error.code() == Code::kInvalidArgument; }

Result<v1::Approval> AskForApproval(Work& work, const v1::Plan& plan, const std::vector<v1::PlanCheckRun>& checks,
                                    const std::string& hash) {
  auto chosen = ChooseTemplate(work.tx(), plan, checks);
  if (chosen.ok()) return domain::RequireApproval(domain::ResetApproval(), *chosen, hash, work.now());
  if (!IsRulesFault(chosen.error())) return std::move(chosen).error();
  auto approval = domain::ResetApproval();
  approval.set_content_hash(hash);
  approval.set_error("The approval rules cannot be evaluated: " + chosen.error().message());
  return approval;
}

void RecordRequest(Work& work, const v1::Issue& issue) {
  const auto& approval = issue.approval();
  work.Record({.resource = issue.name(),
               .severity = approval.error().empty() ? v1::AuditLog::INFO : v1::AuditLog::WARNING,
               .extra = Extra({{"approval_status", v1::Approval::Status_Name(approval.status())},
                               {"template", approval.template_().title()},
                               {"content_hash", approval.content_hash()},
                               {"error", approval.error()}}),
               .action = "bb.issue.approval.request"});
}

// One short query, so that a plan of a thousand targets does not read all its checks at the end of each.
Result<bool> AnyUnderWay(store::Reader& reader, const domain::PlanName& plan) {
  const store::ListQuery query{.page_size = 1, .filter = "state = PENDING OR state = RUNNING"};
  ARGUS_ASSIGN(const auto page, store::ListPlanCheckRuns(reader, plan, query));
  return !page.items.empty();
}

}  // namespace

std::vector<v1::PlanCheckRun> ChecksOf(const v1::Plan& plan) {
  std::vector<v1::PlanCheckRun> checks;
  std::set<std::string_view> connected;
  for (const auto& spec : plan.specs()) {
    for (const auto& target : spec.targets()) {
      if (connected.insert(target).second) checks.push_back(NewCheck(v1::PlanCheckRun::CONNECTION, target));
      checks.push_back(NewCheck(v1::PlanCheckRun::SYNTAX, spec, target));
      checks.push_back(NewCheck(v1::PlanCheckRun::REVIEW, spec, target));
    }
  }
  return checks;
}

Result<std::vector<v1::PlanCheckRun>> QueueChecks(Work& work, ChangeMetrics& metrics, const v1::Plan& plan) {
  ARGUS_ASSIGN(const auto name, domain::PlanName::Parse(plan.name()));
  std::vector<v1::PlanCheckRun::Type> canceled;
  ARGUS_ASSIGN(auto checks, store::ReplacePlanCheckRuns(work.tx(), name, ChecksOf(plan), &canceled));
  for (const auto type : canceled) metrics.PlanCheckCanceled(work.tx(), type);
  return checks;
}

Status SettleApproval(Work& work, const v1::Plan& plan) {
  ARGUS_ASSIGN(const auto name, domain::PlanName::Parse(plan.name()));
  ARGUS_ASSIGN(const bool under_way, AnyUnderWay(work.tx(), name));
  if (under_way) return Ok();
  ARGUS_ASSIGN(const auto checks, store::CurrentPlanCheckRuns(work.tx(), name));
  ARGUS_ASSIGN(auto issue, store::FindIssueOfPlan(work.tx(), name));
  if (!issue || issue->state() != v1::Issue::OPEN) return Ok();
  const std::string hash = domain::ApprovalContentHash(plan, checks);
  if (issue->approval().status() != v1::Approval::CHECKING && issue->approval().content_hash() == hash) return Ok();
  ARGUS_ASSIGN(*issue->mutable_approval(), AskForApproval(work, plan, checks, hash));
  ARGUS_ASSIGN(const auto stored, store::UpdateIssue(work.tx(), *issue));
  RecordRequest(work, stored);
  return Ok();
}

}  // namespace argus::command
