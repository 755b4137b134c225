// The conversation and approval around a plan.
#pragma once

#include "command/metrics.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class IssueCommands {
 public:
  IssueCommands(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // Activates the plan, and asks for approval if its checks are done already. FAILED_PRECONDITION: PLAN_HAS_ISSUE (an open
  // or completed one), PLAN_NOT_ACTIVE (canceled).
  Result<v1::Issue> Create(const RequestContext& ctx, const v1::CreateIssueRequest& request);
  Result<v1::Issue> Update(const RequestContext& ctx, const v1::UpdateIssueRequest& request);
  Result<v1::IssueComment> Comment(const RequestContext& ctx, const v1::CommentIssueRequest& request);
  // Whoever created the plan or the issue or set the specs last is an author: they need the project's allow_self_approval.
  // Other errors: domain::Decide.
  Result<v1::Issue> Approve(const RequestContext& ctx, const v1::ApproveIssueRequest& request);
  Result<v1::Issue> Reject(const RequestContext& ctx, const v1::RejectIssueRequest& request);
  // The plan stays active: another issue may be opened for it. FAILED_PRECONDITION / RESOURCE_IN_USE while its rollout runs.
  Result<v1::Issue> Cancel(const RequestContext& ctx, const v1::CancelIssueRequest& request);

 private:
  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
};

}  // namespace argus::command
