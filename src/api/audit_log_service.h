// argus.v1.AuditLogService: the record of every act.
#pragma once

#include "command/audit_log_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class AuditLogService {
 public:
  explicit AuditLogService(command::AuditLogCommands& commands) : commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  command::AuditLogCommands& commands_;
};

}  // namespace argus::api
