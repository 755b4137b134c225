// Changing workspace settings.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. `metastore` must outlive it.
class SettingCommands {
 public:
  explicit SettingCommands(store::Metastore& metastore) : metastore_(metastore) {}

  // INVALID_ARGUMENT as domain::CheckSetting says; FAILED_PRECONDITION / RESOURCE_IN_USE for an environment that is taken
  // away while an instance belongs to it.
  Result<v1::Setting> Update(const RequestContext& ctx, const v1::UpdateSettingRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
