#include "command/bootstrap.h"

#include <fmt/format.h>

#include <filesystem>

#include "command/grants.h"
#include "command/system_context.h"
#include "command/work.h"
#include "domain/iam.h"
#include "platform/base/reasons.h"
#include "platform/secret/private_file.h"
#include "store/iam_policy_store.h"
#include "store/user_store.h"

namespace argus::command {
namespace {

constexpr std::string_view kAdmin = "admin";

v1::User AdminUser() {
  v1::User user;
  user.set_login_id(std::string(kAdmin));
  user.set_title("Administrator");
  user.set_state(v1::ACTIVE);
  return user;
}

// False when somebody else was faster.
Result<bool> CreateAdmin(store::Metastore& metastore, const RequestContext& ctx, const std::string& hash) {
  return metastore.Write(ctx, [&](store::Transaction& tx) -> Result<bool> {
    ARGUS_ASSIGN(const bool late, store::AnyUserExists(tx));
    if (late) return false;
    ARGUS_ASSIGN(const auto user, store::InsertUser(tx, AdminUser(), hash));
    ARGUS_RETURN_IF_ERROR(AddGrants(tx, store::kWorkspaceResource, {{std::string(domain::kWorkspaceAdmin), user.name()}}));
    Work work(tx);
    work.Record({user.name(), v1::AuditLog::NOTICE, {}, "bb.user.create"});
    work.Record({std::string(store::kWorkspaceResource), v1::AuditLog::NOTICE,
                 Extra({{"role", std::string(domain::kWorkspaceAdmin)}, {"member", user.name()}}), "bb.role.assign"});
    ARGUS_RETURN_IF_ERROR(tx.Commit(work.entries()));
    return true;
  });
}

// Gives the file its name, or throws it away.
Status Settle(const std::string& pending, const std::string& path, bool created) {
  std::error_code error;
  if (created) {
    std::filesystem::rename(pending, path, error);
  } else {
    std::filesystem::remove(pending, error);
  }
  if (!error) return Ok();
  return Error(Code::kFailedPrecondition, reasons::kFileError,
               fmt::format("Cannot write {}; set the password with `argus user reset-password admin`.", path))
      .WithCause(error.message());
}

// The password is on disk before the user exists: no crash leaves an admin whose password nobody knows.
Result<bool> CreateWithRandomPassword(store::Metastore& metastore, const RequestContext& ctx, auth::PasswordHasher& hasher,
                                      const std::string& data_dir) {
  const std::string path = data_dir + "/initial-admin-password";
  const std::string pending = path + "." + RandomHex(4);
  const std::string password = auth::GeneratePassword();
  ARGUS_ASSIGN(const auto hash, hasher.Hash(password));
  ARGUS_RETURN_IF_ERROR(secret::ReplacePrivateFile(pending, password + "\n"));
  const auto created = CreateAdmin(metastore, ctx, hash);
  ARGUS_RETURN_IF_ERROR(Settle(pending, path, created.ok() && *created));
  return created;
}

}  // namespace

Result<bool> EnsureAdmin(store::Metastore& metastore, auth::PasswordHasher& hasher, const BootstrapOptions& options) {
  const auto ctx = SystemContext("bootstrap");
  auto reader = metastore.Read(ctx);
  ARGUS_ASSIGN(const bool exists, store::AnyUserExists(reader));
  if (exists) return false;
  if (options.admin_password.empty()) return CreateWithRandomPassword(metastore, ctx, hasher, options.data_dir);
  ARGUS_RETURN_IF_ERROR(auth::CheckPasswordRules(options.admin_password, kAdmin));
  ARGUS_ASSIGN(const auto hash, hasher.Hash(options.admin_password));
  return CreateAdmin(metastore, ctx, hash);
}

}  // namespace argus::command
