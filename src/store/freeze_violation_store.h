// Tasks that met a freeze window: remembered, so that each is counted once whatever is asked how often by whom.
#pragma once

#include <string>

#include "contract/contract.h"
#include "store/transaction.h"

namespace argus::store {

enum class FreezeViolation { kBlocked, kOverridden };

// True when this is the first violation of its kind of `task` ("projects/…/tasks/3") and `window`.
Result<bool> InsertFreezeViolation(Transaction& tx, FreezeViolation kind, const std::string& task,
                                   const v1::MaintenanceWindowSetting::FreezeWindow& window);

}  // namespace argus::store
