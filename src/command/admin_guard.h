// The workspace must never be left without somebody who can administer it.
#pragma once

#include "platform/base/result.h"
#include "store/reader.h"

namespace argus::command {

// Asked at the end of a transaction that takes something away. FAILED_PRECONDITION / LAST_ADMIN unless an active user holds
// workspaceAdmin in the workspace's policy, directly, by group or by allUsers.
Status RequireActiveAdmin(store::Reader& reader);

}  // namespace argus::command
