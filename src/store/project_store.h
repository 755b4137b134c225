// Projects; deleting is a state (soft), so that a name is never given away again.
#pragma once

#include <optional>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// Which projects a list may show: all, or only those named.
using VisibleProjects = std::optional<std::vector<domain::ProjectName>>;

// ALREADY_EXISTS surfaces later (Guard::kNewKey), for a deleted project as well.
Result<v1::Project> InsertProject(Transaction& tx, const domain::ProjectName& name, v1::Project project);
// NOT_FOUND; a deleted one is found, with its state.
Result<v1::Project> GetProject(Reader& reader, const domain::ProjectName& name);
// Filter and order: project_id, title, state. Deleted ones only with show_deleted.
Result<Page<v1::Project>> ListProjects(Reader& reader, const VisibleProjects& visible, const ListQuery& query);
// Title, state, allow_self_approval; the etag is the version that it replaces (Guard::kVersion).
Result<v1::Project> UpdateProject(Transaction& tx, v1::Project project);

}  // namespace argus::store
