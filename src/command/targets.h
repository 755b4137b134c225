// From the name of a database or instance to a driver and what it needs to connect.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "command/local_access.h"
#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "platform/secret/keyring.h"
#include "store/metastore.h"
#include "target/driver.h"

namespace argus::command {

struct Target {
  const target::Driver& driver;
  target::ConnectionSpec spec;  // Holds secrets in the clear.
  v1::Engine engine;
};

// In the clear.
struct TargetSecrets {
  std::string password;
  std::string client_key;
};

// Thread-safe. The references must outlive it, and it the targets that it gives. Reads the metastore outside of any
// transaction and connects to nothing.
class Targets {
 public:
  using Drivers = std::map<v1::Engine, std::unique_ptr<target::Driver>>;
  Targets(store::Metastore& metastore, const secret::Keyring& keyring, Drivers drivers, LocalAccess access = {});

  const LocalAccess& access() const { return access_; }

  // NOT_FOUND; FAILED_PRECONDITION with RESOURCE_DELETED (the instance), SECRET_UNREADABLE, or INVALID_CONFIGURATION
  // when what a reference names cannot be read; INVALID_ARGUMENT with INVALID_FIELD where it is out of reach
  // (CheckReach). Here and below.
  Result<Target> Resolve(const RequestContext& ctx, const domain::DatabaseName& name) const;
  // The server alone: spec.database is the instance's admin database.
  Result<Target> ResolveServer(const RequestContext& ctx, const domain::InstanceName& name) const;
  // An instance that need not be stored. Where it has a name but brings no password or client key, the stored ones are
  // taken, if host and port are the stored ones as well: a stored password goes to no other server.
  Result<Target> FromMessage(const RequestContext& ctx, const v1::Instance& instance) const;

 private:
  Result<TargetSecrets> LoadSecrets(store::Reader& reader, const domain::InstanceName& name) const;
  Result<Target> MakeTarget(const v1::Instance& instance, TargetSecrets secrets) const;

  store::Metastore& metastore_;
  const secret::Keyring& keyring_;
  const Drivers drivers_;
  const LocalAccess access_;
};

}  // namespace argus::command
