// argus.v1.IssueService: the conversation and approval around a plan.
#pragma once

#include "command/issue_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class IssueService {
 public:
  IssueService(store::Metastore& metastore, command::IssueCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Issue> GetIssue(RequestContext& ctx, const v1::GetIssueRequest& request);
  Result<v1::ListIssuesResponse> ListIssues(RequestContext& ctx, const v1::ListIssuesRequest& request);
  Result<v1::ListIssueCommentsResponse> ListIssueComments(RequestContext& ctx,
                                                          const v1::ListIssueCommentsRequest& request);

  store::Metastore& metastore_;
  command::IssueCommands& commands_;
};

}  // namespace argus::api
