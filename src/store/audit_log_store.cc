#include "store/audit_log_store.h"

#include "audit/entry.h"
#include "platform/base/reasons.h"
#include "store/list.h"

namespace argus::store {
namespace {

// By the names that the log spells and by those of the contract's enum, which differ in case only.
std::vector<filter::EnumValue> Severities() {
  std::vector<filter::EnumValue> values;
  for (const auto severity :
       {v1::AuditLog::INFO, v1::AuditLog::NOTICE, v1::AuditLog::WARNING, v1::AuditLog::CRITICAL}) {
    values.emplace_back(audit::SeverityName(severity), db::Value{static_cast<std::int64_t>(severity)});
  }
  return values;
}

const ListShape& Shape() {
  using enum filter::FieldType;
  static const ListShape shape{"audit_log.list",
                               "audit_log.count",
                               "id, leaf",
                               "audit_log",
                               {{"timestamp", "event_time", kTime},
                                {"actor", "actor", kKey},
                                {"actor_ip", "actor_ip", kKey},
                                {"action", "action", kKey},
                                {"resource", "resource", kKey},
                                {"resource_type", "resource_type", kKey},
                                {"severity", "severity", kEnum, Severities()},
                                {"response_status", "response_status", kEnum, {{"ok"}, {"denied"}, {"error"}}},
                                {"correlation_id", "correlation_id", kKey}},
                               {{.column = "event_time", .descending = true}, {.column = "id", .descending = true}}};
  return shape;
}

Result<v1::AuditLog> Parse(const db::Row& row) {
  auto entry = audit::ParseLine(row.Blob("leaf"));
  if (entry.ok()) return audit::ToMessage(*entry);
  return Error(Code::kDataLoss, reasons::kInternal, "An audit entry is damaged.")
      .WithCause("audit_log " + std::to_string(row.Int("id")) + ": " + entry.error().ToString());
}

}  // namespace

Result<Page<v1::AuditLog>> ListAuditLogs(Reader& reader, const ListQuery& query) {
  return List<v1::AuditLog>(reader, Shape(), {}, query, Parse);
}

}  // namespace argus::store
