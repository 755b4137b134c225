// Custom roles; the built-in ones stand in domain/iam.h.
#pragma once

#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// ALREADY_EXISTS surfaces later (Guard::kNewKey).
Result<v1::Role> InsertRole(Transaction& tx, const domain::RoleName& name, v1::Role role);
// NOT_FOUND.
Result<v1::Role> GetRole(Reader& reader, const domain::RoleName& name);
Result<Page<v1::Role>> ListRoles(Reader& reader, const ListQuery& query);
// All custom roles: what domain::RoleTable is made of.
Result<std::vector<v1::Role>> AllCustomRoles(Reader& reader);
// The etag is the version that it replaces (Guard::kVersion).
Result<v1::Role> UpdateRole(Transaction& tx, v1::Role role);
void DeleteRole(Transaction& tx, const domain::RoleName& name);

}  // namespace argus::store
