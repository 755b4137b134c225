// Target servers.
#pragma once

#include "command/schema_sync.h"
#include "command/targets.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "platform/secret/keyring.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. The references must outlive it. No answer ever holds a secret.
class InstanceCommands {
 public:
  InstanceCommands(store::Metastore& metastore, const secret::Keyring& keyring, const Targets& targets,
                   const SchemaSync& sync)
      : metastore_(metastore), keyring_(keyring), targets_(targets), sync_(sync) {}

  Result<v1::Instance> Create(const RequestContext& ctx, const v1::CreateInstanceRequest& request);
  // The engine never changes. A new password replaces a reference, and the other way round.
  Result<v1::Instance> Update(const RequestContext& ctx, const v1::UpdateInstanceRequest& request);
  // FAILED_PRECONDITION / RESOURCE_IN_USE while a task run on one of its databases waits, runs or is unknown.
  Result<v1::Instance> Delete(const RequestContext& ctx, const v1::DeleteInstanceRequest& request);
  Result<v1::Instance> Undelete(const RequestContext& ctx, const v1::UndeleteInstanceRequest& request);
  // These two record that they were asked for, then connect.
  Result<v1::SyncInstanceResponse> Sync(const RequestContext& ctx, const v1::SyncInstanceRequest& request);
  Result<v1::TestConnectionResponse> TestConnection(const RequestContext& ctx, const v1::TestConnectionRequest& request);

 private:
  Result<Target> ResolveTested(const RequestContext& ctx, const v1::TestConnectionRequest& request);

  store::Metastore& metastore_;
  const secret::Keyring& keyring_;
  const Targets& targets_;
  const SchemaSync& sync_;
};

// After Keyring::Rotate: encrypts every stored secret that is not under the primary key again. How many instances changed.
Result<int> ReencryptSecrets(store::Metastore& metastore, const RequestContext& ctx, const secret::Keyring& keyring);

}  // namespace argus::command
