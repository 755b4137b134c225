// argus.v1.RevisionService: what a database has received.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class RevisionService {
 public:
  explicit RevisionService(store::Metastore& metastore) : metastore_(metastore) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::ListRevisionsResponse> ListRevisions(RequestContext& ctx, const v1::ListRevisionsRequest& request);
  Result<v1::Revision> GetRevision(RequestContext& ctx, const v1::GetRevisionRequest& request);
  Result<v1::ListChangelogsResponse> ListChangelogs(RequestContext& ctx, const v1::ListChangelogsRequest& request);
  Result<v1::Changelog> GetChangelog(RequestContext& ctx, const v1::GetChangelogRequest& request);

  store::Metastore& metastore_;
};

}  // namespace argus::api
