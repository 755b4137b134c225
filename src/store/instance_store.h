// Target servers; deleting is a state (soft).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// Encrypted by the caller, with the instance's name as associated data; empty where there is none. Never in
// v1::Instance.
struct InstanceSecrets {
  std::string password;
  std::string client_key;
  friend bool operator==(const InstanceSecrets&, const InstanceSecrets&) = default;
};

// `instance.password` and `tls.client_key` are not stored, whatever they hold. ALREADY_EXISTS surfaces later
// (Guard::kNewKey).
Result<v1::Instance> InsertInstance(Transaction& tx, const domain::InstanceName& name, v1::Instance instance,
                                    const InstanceSecrets& secrets);
// NOT_FOUND; a deleted one is found, with its state.
Result<v1::Instance> GetInstance(Reader& reader, const domain::InstanceName& name);
// Filter and order: instance_id, title, engine, environment, state. Deleted ones only with show_deleted.
Result<Page<v1::Instance>> ListInstances(Reader& reader, const ListQuery& query);
// The etag is the version that it replaces (Guard::kVersion). Secrets, engine_version and last_sync_time stay as they
// are.
Result<v1::Instance> UpdateInstance(Transaction& tx, v1::Instance instance);

// NOT_FOUND.
Result<InstanceSecrets> GetInstanceSecrets(Reader& reader, const domain::InstanceName& name);
void SetInstanceSecrets(Transaction& tx, const domain::InstanceName& name, const InstanceSecrets& secrets);
// Of all instances, deleted ones as well: for changing the key.
Result<std::vector<std::pair<domain::InstanceName, InstanceSecrets>>> AllInstanceSecrets(Reader& reader);

// What a sync found; changes no etag.
void RecordInstanceSync(Transaction& tx, const domain::InstanceName& name, const std::string& engine_version);

}  // namespace argus::store
