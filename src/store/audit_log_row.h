// An audit entry as a row: the leaf and the index over it.
#pragma once

#include "audit/entry.h"
#include "platform/db/database.h"

namespace argus::store {

inline constexpr db::Statement kInsertAuditLog{
    "audit_log.insert",
    "INSERT INTO audit_log (id, event_time, actor, actor_ip, action, resource, resource_type, severity,"
    " response_status, correlation_id, trace_id, leaf) VALUES (:id, :event_time, :actor, :actor_ip, :action, :resource,"
    " :resource_type, :severity, :response_status, :correlation_id, :trace_id, :leaf)"};

// Makes the entry's text storable first (a denied request may hold anything): UTF-8 without NUL, at most 1 KiB each.
// `trace_id` is of the span in which it is written, or empty; it leads to telemetry and so is no part of the leaf.
db::Params AuditLogRow(audit::Entry entry, const std::string& trace_id = {});

}  // namespace argus::store
