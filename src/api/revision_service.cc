#include "api/revision_service.h"

#include <utility>

#include "api/binder.h"
#include "api/database_access.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "store/revision_store.h"

namespace argus::api {

void RevisionService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.RevisionService", this)
      .Read("ListRevisions", &RevisionService::ListRevisions)
      .Read("GetRevision", &RevisionService::GetRevision)
      .Read("ListChangelogs", &RevisionService::ListChangelogs)
      .Read("GetChangelog", &RevisionService::GetChangelog);
}

Result<v1::ListRevisionsResponse> RevisionService::ListRevisions(RequestContext& ctx,
                                                                 const v1::ListRevisionsRequest& request) {
  ARGUS_ASSIGN(const auto parent, ParseName<domain::DatabaseName>(request.parent(), "parent"));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(GetPermittedDatabase(reader, ctx, "bb.revisions.list", parent));
  ARGUS_ASSIGN(auto page, store::ListRevisions(reader, parent, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListRevisionsResponse::mutable_revisions);
}

Result<v1::Revision> RevisionService::GetRevision(RequestContext& ctx, const v1::GetRevisionRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::RevisionName>(request.name()));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(GetPermittedDatabase(reader, ctx, "bb.revisions.get", name.Database()));
  return store::GetRevision(reader, name);
}

Result<v1::ListChangelogsResponse> RevisionService::ListChangelogs(RequestContext& ctx,
                                                                   const v1::ListChangelogsRequest& request) {
  ARGUS_ASSIGN(const auto parent, ParseName<domain::DatabaseName>(request.parent(), "parent"));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(GetPermittedDatabase(reader, ctx, "bb.changelogs.list", parent));
  ARGUS_ASSIGN(auto page, store::ListChangelogs(reader, parent, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListChangelogsResponse::mutable_changelogs);
}

Result<v1::Changelog> RevisionService::GetChangelog(RequestContext& ctx, const v1::GetChangelogRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::ChangelogName>(request.name()));
  auto reader = metastore_.Read(ctx);
  ARGUS_RETURN_IF_ERROR(GetPermittedDatabase(reader, ctx, "bb.changelogs.get", name.Database()));
  return store::GetChangelog(reader, name);
}

}  // namespace argus::api
