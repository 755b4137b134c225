// Sets of users.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// ALREADY_EXISTS surfaces later (Guard::kNewKey); a member that is no user is FAILED_PRECONDITION then. Members are
// kept once each, in order of name.
Result<v1::Group> InsertGroup(Transaction& tx, const domain::GroupName& name, v1::Group group);
// NOT_FOUND.
Result<v1::Group> GetGroup(Reader& reader, const domain::GroupName& name);
Result<Page<v1::Group>> ListGroups(Reader& reader, const ListQuery& query);
// Replaces title, description and members; the etag is the version that it replaces (Guard::kVersion).
Result<v1::Group> UpdateGroup(Transaction& tx, v1::Group group);
// The bindings that name it are the caller's to remove.
void DeleteGroup(Transaction& tx, const domain::GroupName& name);
// "groups/dba", … that the user is a member of.
Result<std::vector<std::string>> GroupsOf(Reader& reader, const domain::UserName& user);

}  // namespace argus::store
