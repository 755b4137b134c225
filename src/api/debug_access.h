// Who may look into the process.
#pragma once

#include "command/auth_command.h"
#include "platform/base/result.h"
#include "platform/net/http_types.h"
#include "store/metastore.h"

namespace argus::api {

// From this very machine, by a client that means this very machine: a loopback peer, Host naming localhost or a loopback
// address (so no web page can reach it through a name of its own), and no sign of a proxy in between.
bool IsLocalRequest(const net::HttpRequest& request);

// Ok for a local request, or for a bearer token whose user holds bb.debug.profile in the workspace. Else
// PERMISSION_DENIED, alike for all strangers; UNAVAILABLE when the metastore that knows the token cannot be asked.
Status MayDebug(const net::HttpRequest& request, command::AuthCommands& auth, store::Metastore& metastore);

}  // namespace argus::api
