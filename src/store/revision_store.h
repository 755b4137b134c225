// What databases have received.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

Result<v1::Revision> InsertRevision(Transaction& tx, const domain::DatabaseName& parent, v1::Revision revision);
// NOT_FOUND.
Result<v1::Revision> GetRevision(Reader& reader, const domain::RevisionName& name);
// Newest first.
Result<Page<v1::Revision>> ListRevisions(Reader& reader, const domain::DatabaseName& parent, const ListQuery& query);

// An empty schema_after means that the sync after the change is still due.
Result<v1::Changelog> InsertChangelog(Transaction& tx, const domain::DatabaseName& parent, v1::Changelog changelog);
// NOT_FOUND.
Result<v1::Changelog> GetChangelog(Reader& reader, const domain::ChangelogName& name);
// Newest first.
Result<Page<v1::Changelog>> ListChangelogs(Reader& reader, const domain::DatabaseName& parent, const ListQuery& query);
// Fills in the fingerprint where the sync was still due, for what was recorded until `read_at`, when the schema was read:
// a later change needs a sync of its own.
void CompleteChangelogs(Transaction& tx, const domain::DatabaseName& database, const std::string& schema_after,
                        Timestamp read_at);
// Databases whose sync after a change is still due.
Result<std::vector<domain::DatabaseName>> DatabasesAwaitingSync(Reader& reader);

}  // namespace argus::store
