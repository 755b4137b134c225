// People and machines that sign in.
#pragma once

#include <string>
#include <string_view>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// Inserts `user` under its login_id; gives it name, times and etag. ALREADY_EXISTS surfaces later (Guard::kNewKey).
Result<v1::User> InsertUser(Transaction& tx, v1::User user, std::string_view password_hash);
// NOT_FOUND / RESOURCE_NOT_FOUND.
Result<v1::User> GetUser(Reader& reader, const domain::UserName& name);
// Filter and order: login_id, title, email, state.
Result<Page<v1::User>> ListUsers(Reader& reader, const ListQuery& query);
// `user` as it was read, then changed (title, email, state); its etag is the version that it replaces
// (Guard::kVersion).
Result<v1::User> UpdateUser(Transaction& tx, v1::User user);

// False as long as nobody was ever created.
Result<bool> AnyUserExists(Reader& reader);

// NOT_FOUND. The hash is never part of v1::User.
Result<std::string> GetPasswordHash(Reader& reader, const domain::UserName& name);
void SetPasswordHash(Transaction& tx, const domain::UserName& name, std::string_view password_hash);

}  // namespace argus::store
