#include "store/audit_log_row.h"

#include "platform/base/encoding.h"

namespace argus::store {
namespace {

constexpr std::size_t kMaxText = 1024;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void Shorten(std::string& text) {
  if (text.size() <= kMaxText) return;
  std::size_t end = kMaxText;
  while (end > 0 && IsContinuation(text[end])) --end;
  text.resize(end);
}

void MakeStorable(std::string& text) {
  if (text.find('\0') != std::string::npos || !IsValidUtf8(text)) {
    text = ReplaceInvalidUtf8(text);
    for (std::size_t nul; (nul = text.find('\0')) != std::string::npos;) text.replace(nul, 1, kReplacement);
  }
  Shorten(text);
}

}  // namespace

db::Params AuditLogRow(audit::Entry entry, const std::string& trace_id) {
  for (std::string* text :
       {&entry.actor, &entry.actor_ip, &entry.action, &entry.resource, &entry.resource_type, &entry.correlation_id}) {
    MakeStorable(*text);
  }
  return {{"id", entry.id},
          {"event_time", entry.timestamp},
          {"actor", entry.actor},
          {"actor_ip", entry.actor_ip},
          {"action", entry.action},
          {"resource", entry.resource},
          {"resource_type", entry.resource_type},
          {"severity", static_cast<std::int64_t>(entry.severity)},
          {"response_status", audit::StatusName(entry.response_status)},
          {"correlation_id", entry.correlation_id},
          {"trace_id", trace_id},
          {"leaf", db::Bytes{audit::CanonicalLine(entry)}}};
}

}  // namespace argus::store
