#include "command/freeze_override.h"

#include "command/request_checks.h"

namespace argus::command {

Status OverrideFreeze(Work& work, const std::string& project, const std::string& resource, const std::string& reason) {
  if (reason.empty()) return Ok();
  ARGUS_RETURN_IF_ERROR(RequireText("overrideFreezeReason", reason, kMaxProse));
  ARGUS_RETURN_IF_ERROR(work.Require(domain::kPermissionOverrideFreeze, project, resource));
  work.Record({.resource = resource,
               .severity = v1::AuditLog::CRITICAL,
               .extra = Extra({{"reason", reason}}),
               .action = "bb.freeze.override"});
  return Ok();
}

}  // namespace argus::command
