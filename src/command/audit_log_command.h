// Reading the audit log, which is itself recorded.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// Thread-safe. `metastore` must outlive it.
class AuditLogCommands {
 public:
  explicit AuditLogCommands(store::Metastore& metastore) : metastore_(metastore) {}

  // Nothing is shown unless the entry about it was written. INVALID_ARGUMENT as the list functions of the store give
  // it.
  Result<v1::ListAuditLogsResponse> List(const RequestContext& ctx, const v1::ListAuditLogsRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
