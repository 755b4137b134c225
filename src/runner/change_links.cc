#include "runner/change_links.h"

#include "store/issue_store.h"
#include "store/plan_store.h"
#include "store/rollout_store.h"

namespace argus::runner {
namespace {

// A stored span is a recorded one or leads nowhere: whether it was sampled is not kept.
template <typename Message>
void AddLink(const Message& of, std::string_view relation, std::vector<trace::Link>& links) {
  if (of.trace_id().empty() || of.span_id().empty()) return;
  links.push_back({{of.trace_id(), of.span_id(), true, {}}, relation});
}

Status AddLinks(store::Reader& reader, const domain::RolloutName& name, std::vector<trace::Link>& links) {
  ARGUS_ASSIGN(const auto rollout, store::GetRollout(reader, name));
  ARGUS_ASSIGN(const auto plan_name, domain::PlanName::Parse(rollout.plan()));
  ARGUS_ASSIGN(const auto plan, store::GetPlan(reader, plan_name));
  AddLink(plan, "plan", links);
  ARGUS_ASSIGN(const auto issue, store::FindIssueOfPlan(reader, plan_name));
  if (!issue) return Ok();
  for (const auto& decision : issue->approval().decisions()) {
    if (decision.approved()) AddLink(decision, "approval", links);
  }
  return Ok();
}

}  // namespace

std::vector<trace::Link> ChangeLinks(store::Metastore& metastore, const RequestContext& ctx,
                                     const domain::TaskRunName& run) {
  std::vector<trace::Link> links;
  auto reader = metastore.Read(ctx);
  (void)AddLinks(reader, run.Task().Rollout(), links);
  return links;
}

}  // namespace argus::runner
