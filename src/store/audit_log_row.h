// An audit entry as a row: the leaf and the index over it.
#pragma once

#include "audit/entry.h"
#include "platform/db/database.h"

namespace argus::store {

inline constexpr db::Statement kInsertAuditLog{
    "audit_log.insert",
    "INSERT INTO audit_log (id, event_time, actor, actor_ip, action, resource, resource_type, severity,"
    " response_status, correlation_id, leaf) VALUES (:id, :event_time, :actor, :actor_ip, :action, :resource,"
    " :resource_type, :severity, :response_status, :correlation_id, :leaf)"};

// Makes the entry's text storable first (a denied request may hold anything): UTF-8 without NUL, at most 1 KiB each.
db::Params AuditLogRow(audit::Entry entry);

}  // namespace argus::store
