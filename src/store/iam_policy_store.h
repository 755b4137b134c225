// Who may do what: policies of the workspace and of projects, kept as one row a role and member.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "domain/iam.h"
#include "domain/resource_name.h"
#include "store/transaction.h"

namespace argus::store {

// Where the workspace's policy is kept; a project's is under "projects/{project}".
inline constexpr std::string_view kWorkspaceResource = "workspace";

// Bindings sorted by role, members sorted. A policy that was never set is empty and has the etag "0".
Result<v1::IamPolicy> GetIamPolicy(Reader& reader, std::string_view resource);
// Replaces the whole policy; its etag is the version that it replaces (Guard::kVersion).
Result<v1::IamPolicy> SetIamPolicy(Transaction& tx, std::string_view resource, v1::IamPolicy policy);

// The user with its groups and everything that bindings give it directly, by group or by allUsers.
Result<domain::Subject> LoadSubject(Reader& reader, const domain::UserName& user);

// Resources ("workspace", "projects/play") whose policy names `member` or `role`, as far as not empty.
Result<std::vector<std::string>> ResourcesBinding(Reader& reader, std::string_view role, std::string_view member);

}  // namespace argus::store
