// What `--demo` starts with: project `play`, three SQLite targets and a user for each role.
#pragma once

#include <string>

#include "auth/password.h"
#include "command/schema_sync.h"
#include "command/targets.h"
#include "platform/base/result.h"
#include "store/metastore.h"

namespace argus::command {

inline constexpr const char* kDemoPassword = "argus-demo";

// Below <data_dir>/demo. Safe to repeat: what is there stays as it is.
Status SeedDemo(store::Metastore& metastore, auth::PasswordHasher& hasher, const Targets& targets, const SchemaSync& sync,
                const std::string& data_dir);

}  // namespace argus::command
