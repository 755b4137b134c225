// The first start: somebody must be able to sign in.
#pragma once

#include <string>

#include "auth/password.h"
#include "platform/base/result.h"
#include "store/metastore.h"

namespace argus::command {

struct BootstrapOptions {
  std::string data_dir;
  // Empty: a random one, written to <data_dir>/initial-admin-password (0600) and nowhere else.
  std::string admin_password;
};

// Makes `admin` with role workspaceAdmin where no user was ever created; true when it did. Of several replicas that start at
// once, one does. WEAK_PASSWORD for a given password that breaks the rules.
Result<bool> EnsureAdmin(store::Metastore& metastore, auth::PasswordHasher& hasher, const BootstrapOptions& options);

}  // namespace argus::command
