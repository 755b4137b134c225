#include "api/issue_service.h"

#include <utility>
#include <vector>

#include "api/authorizer.h"
#include "api/binder.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "store/issue_store.h"
#include "store/project_store.h"

namespace argus::api {
namespace {

constexpr std::string_view kPermission = "bb.issues.get";

// The named project, where the caller may see its issues; for "projects/-" and "", every project where they may.
Result<store::VisibleProjects> VisibleIn(store::Reader& reader, const RequestContext& ctx, const std::string& parent) {
  ARGUS_ASSIGN(const Caller caller, LoadCaller(reader, ctx));
  if (parent.empty() || parent == "projects/-") return caller.ProjectsAllowing(kPermission);
  ARGUS_ASSIGN(auto project, ParseName<domain::ProjectName>(parent, "parent"));
  ARGUS_ASSIGN(const Place place, PlaceOf(reader, parent));
  ARGUS_RETURN_IF_ERROR(RequireAt(caller, kPermission, place, parent));
  ARGUS_RETURN_IF_ERROR(store::GetProject(reader, project));
  return store::VisibleProjects(std::vector{std::move(project)});
}

}  // namespace

void IssueService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.IssueService", this)
      .Write("CreateIssue", commands_, &command::IssueCommands::Create)
      .Read("GetIssue", &IssueService::GetIssue)
      .Read("ListIssues", &IssueService::ListIssues)
      .Write("UpdateIssue", commands_, &command::IssueCommands::Update)
      .Write("CommentIssue", commands_, &command::IssueCommands::Comment)
      .Read("ListIssueComments", &IssueService::ListIssueComments)
      .Write("ApproveIssue", commands_, &command::IssueCommands::Approve)
      .Write("RejectIssue", commands_, &command::IssueCommands::Reject)
      .Write("CancelIssue", commands_, &command::IssueCommands::Cancel);
}

Result<v1::Issue> IssueService::GetIssue(RequestContext& ctx, const v1::GetIssueRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::IssueName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetIssue(reader, name);
}

Result<v1::ListIssuesResponse> IssueService::ListIssues(RequestContext& ctx, const v1::ListIssuesRequest& request) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto visible, VisibleIn(reader, ctx, request.parent()));
  ARGUS_ASSIGN(auto page, store::ListIssues(reader, visible, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListIssuesResponse::mutable_issues);
}

Result<v1::ListIssueCommentsResponse> IssueService::ListIssueComments(RequestContext& ctx,
                                                                      const v1::ListIssueCommentsRequest& request) {
  ARGUS_ASSIGN(const auto parent, ParseName<domain::IssueName>(request.parent(), "parent"));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(store::GetIssue(reader, parent));
  ARGUS_ASSIGN(auto page, store::ListIssueComments(reader, parent, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListIssueCommentsResponse::mutable_comments);
}

}  // namespace argus::api
