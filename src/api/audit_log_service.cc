#include "api/audit_log_service.h"

#include "api/binder.h"

namespace argus::api {

void AuditLogService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.AuditLogService", this)
      .Write("ListAuditLogs", commands_, &command::AuditLogCommands::List);
}

}  // namespace argus::api
