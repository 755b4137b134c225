#include "app/offline.h"

#include <fmt/ostream.h>

#include <memory>
#include <optional>

#include "app/data_dir.h"
#include "auth/password.h"
#include "cli/sign_in.h"
#include "command/instance_command.h"
#include "command/user_command.h"
#include "domain/actor.h"
#include "platform/secret/keyring.h"
#include "store/metastore.h"

namespace argus::app {
namespace {

// The metastore, opened as the server would. A SQLite one is opened only while no server holds the data directory.
class OfflineMetastore {
 public:
  static Result<std::unique_ptr<OfflineMetastore>> Open(const ServerOptions& options) {
    auto offline = std::make_unique<OfflineMetastore>();
    ARGUS_ASSIGN(const std::string url, MetastoreUrl(options));
    if (url.starts_with("sqlite:")) {
      ARGUS_ASSIGN(auto dir, DataDir::Open(options.data_dir));
      offline->dir_.emplace(std::move(dir));
    }
    ARGUS_ASSIGN(offline->metastore_, store::Metastore::Open({.url = url}, offline->clock_));
    return offline;
  }
  store::Metastore& operator*() { return *metastore_; }

 private:
  SystemClock clock_;
  std::optional<DataDir> dir_;
  std::unique_ptr<store::Metastore> metastore_;
};

}  // namespace

Status ResetPassword(const ServerOptions& options, const std::string& login_id, std::string password) {
  if (password.empty()) {
    ARGUS_ASSIGN(password, cli::AskPassword(fmt::format("New password of {}: ", login_id)));
  }
  ARGUS_ASSIGN(const auto metastore, OfflineMetastore::Open(options));
  auth::PasswordHasher hasher;
  return command::OfflineResetPassword(**metastore, hasher, login_id, password);
}

Status RotateKeys(const ServerOptions& options, std::ostream& out) {
  ARGUS_ASSIGN(const auto metastore, OfflineMetastore::Open(options));
  ARGUS_ASSIGN(const auto keyring, secret::Keyring::Load(KeyFile(options)));
  ARGUS_RETURN_IF_ERROR(keyring->Rotate());
  RequestContext ctx;
  ctx.actor = domain::SystemActor("cli");
  ctx.correlation_id = "cli-keys-rotate";
  ARGUS_ASSIGN(const int changed, command::ReencryptSecrets(**metastore, ctx, *keyring));
  fmt::print(out, "Key {} is the primary one now; {} instance(s) were encrypted with it.\n", keyring->primary_id(),
             changed);
  return Ok();
}

}  // namespace argus::app
