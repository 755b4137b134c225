#include "api/project_service.h"

#include <utility>

#include "api/binder.h"
#include "api/caller.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "store/iam_policy_store.h"
#include "store/project_store.h"

namespace argus::api {

void ProjectService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.ProjectService", this)
      .Read("GetProject", &ProjectService::GetProject)
      .Read("ListProjects", &ProjectService::ListProjects)
      .Write("CreateProject", commands_, &command::ProjectCommands::Create)
      .Write("UpdateProject", commands_, &command::ProjectCommands::Update)
      .Write("DeleteProject", commands_, &command::ProjectCommands::Delete)
      .Write("UndeleteProject", commands_, &command::ProjectCommands::Undelete)
      .Read("GetProjectIamPolicy", &ProjectService::GetProjectIamPolicy)
      .Write("SetProjectIamPolicy", policies_, &command::PolicyCommands::SetProjectPolicy);
}

Result<v1::Project> ProjectService::GetProject(RequestContext& ctx, const v1::GetProjectRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::ProjectName>(request.name()));
  auto reader = metastore_.Read(ctx);
  return store::GetProject(reader, name);
}

Result<v1::ListProjectsResponse> ProjectService::ListProjects(RequestContext& ctx,
                                                              const v1::ListProjectsRequest& request) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const Caller caller, LoadCaller(reader, ctx));
  const auto visible = caller.ProjectsAllowing("bb.projects.get");
  ARGUS_ASSIGN(auto page, store::ListProjects(reader, visible, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListProjectsResponse::mutable_projects);
}

Result<v1::IamPolicy> ProjectService::GetProjectIamPolicy(RequestContext& ctx,
                                                          const v1::GetProjectIamPolicyRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::ProjectName>(request.resource(), "resource"));
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto project, store::GetProject(reader, name));
  return store::GetIamPolicy(reader, project.name());
}

}  // namespace argus::api
