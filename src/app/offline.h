// Subcommands that work on the metastore and the key file themselves, for whoever may touch them. A server may run
// beside them on PostgreSQL; on SQLite it must be stopped.
#pragma once

#include <iosfwd>
#include <string>

#include "app/server_options.h"
#include "platform/base/result.h"

namespace argus::app {

// An empty password is asked for. Ends the user's sessions; audited as system/cli.
Status ResetPassword(const ServerOptions& options, const std::string& login_id, std::string password);
// Adds a new primary key and encrypts every stored secret with it; tells how many were.
Status RotateKeys(const ServerOptions& options, std::ostream& out);

}  // namespace argus::app
