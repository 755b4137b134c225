// The audit log. Entries are written by Transaction::Commit alone; the tables refuse UPDATE and DELETE.
#pragma once

#include "contract/contract.h"
#include "platform/db/database.h"
#include "store/page.h"
#include "store/reader.h"

namespace argus::store {

// Newest first. Filter: timestamp, actor, actor_ip, action, resource, resource_type, severity, response_status,
// correlation_id; order: timestamp.
Result<Page<v1::AuditLog>> ListAuditLogs(Reader& reader, const ListQuery& query);

}  // namespace argus::store
