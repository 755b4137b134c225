// Giving roles.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "store/transaction.h"

namespace argus::command {

struct Grant {
  std::string role;    // "roles/projectOwner"
  std::string member;  // "users/alice"
};

// Adds the grants that the policy of `resource` ("workspace", "projects/play") does not have yet. Checks and records nothing.
Status AddGrants(store::Transaction& tx, std::string_view resource, std::initializer_list<Grant> grants);

}  // namespace argus::command
