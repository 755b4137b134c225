#include "command/project_command.h"

#include "command/grants.h"
#include "command/refusals.h"
#include "command/request_checks.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/resource_name.h"
#include "store/etag.h"
#include "store/project_store.h"
#include "store/rollout_store.h"

namespace argus::command {
namespace {

// The project as it is loaded, once the caller's permission on it is sure.
Result<v1::Project> Load(Work& work, const domain::ProjectName& name) {
  ARGUS_ASSIGN(auto project, store::GetProject(work.tx(), name));
  ARGUS_RETURN_IF_ERROR(work.Require(project.name(), project.name()));
  return project;
}

Result<v1::Project> Save(Work& work, v1::Project project) {
  ARGUS_ASSIGN(project, store::UpdateProject(work.tx(), std::move(project)));
  work.Record({project.name(), v1::AuditLog::INFO, {}, {}});
  return project;
}

}  // namespace

Result<v1::Project> ProjectCommands::Create(const RequestContext& ctx, const v1::CreateProjectRequest& request) {
  ARGUS_RETURN_IF_ERROR(domain::CheckResourceId(request.project_id(), "projectId"));
  ARGUS_RETURN_IF_ERROR(CheckText("project.title", request.project().title(), kMaxTitle));
  return Run<v1::Project>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Project> {
    const domain::ProjectName name{request.project_id()};
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    v1::Project project = request.project();
    if (project.title().empty()) project.set_title(request.project_id());
    project.set_state(v1::ACTIVE);
    ARGUS_ASSIGN(project, store::InsertProject(work.tx(), name, std::move(project)));
    ARGUS_RETURN_IF_ERROR(AddGrants(work.tx(), project.name(), {{"roles/projectOwner", work.caller().user}}));
    work.Record({project.name(), v1::AuditLog::INFO, {}, {}});
    return project;
  });
}

Result<v1::Project> ProjectCommands::Update(const RequestContext& ctx, const v1::UpdateProjectRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::ProjectName::Parse(request.project().name()));
  ARGUS_ASSIGN(const auto paths,
               UpdatePaths(request.update_mask(), request.project(), {"title", "allow_self_approval"}));
  ARGUS_RETURN_IF_ERROR(CheckText("project.title", request.project().title(), kMaxTitle));
  return Run<v1::Project>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Project> {
    ARGUS_ASSIGN(auto project, Load(work, name));
    if (project.state() == v1::DELETED) return Deleted(project.name());
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(project.etag(), request.project().etag()));
    CopyFields(paths, request.project(), project);
    return Save(work, std::move(project));
  });
}

Result<v1::Project> ProjectCommands::Delete(const RequestContext& ctx, const v1::DeleteProjectRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::ProjectName::Parse(request.name()));
  return Run<v1::Project>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Project> {
    ARGUS_ASSIGN(auto project, Load(work, name));
    if (project.state() == v1::DELETED) return Deleted(project.name());
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(project.etag(), request.etag()));
    ARGUS_ASSIGN(const bool busy, store::ProjectHasActiveRuns(work.tx(), name));
    if (busy) return InUse(project.name(), "a task run that waits, runs or has an unknown outcome");
    project.set_state(v1::DELETED);
    return Save(work, std::move(project));
  });
}

Result<v1::Project> ProjectCommands::Undelete(const RequestContext& ctx, const v1::UndeleteProjectRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::ProjectName::Parse(request.name()));
  return Run<v1::Project>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Project> {
    ARGUS_ASSIGN(auto project, Load(work, name));
    if (project.state() != v1::DELETED) return NotDeleted(project.name());
    project.set_state(v1::ACTIVE);
    return Save(work, std::move(project));
  });
}

}  // namespace argus::command
