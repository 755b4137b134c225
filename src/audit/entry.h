// One audit entry, and the one line of text that it is kept, exported and proven as.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "contract/contract.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace argus::audit {

enum class ResponseStatus { kOk, kDenied, kError };
std::string_view StatusName(ResponseStatus status);              // "ok", "denied", "error"
std::string_view SeverityName(v1::AuditLog::Severity severity);  // "info", "notice", "warning", "critical"

// Text must be UTF-8. A command fills in what happened; the store's commit adds id and timestamp, and actor, actor_ip
// and correlation_id from the context where they are empty.
struct Entry {
  std::int64_t id = 0;
  Timestamp timestamp;
  std::string actor;          // "user/login_id=alice", "system/task_run"
  std::string actor_ip;       // empty for background acts
  std::string action;         // "bb.issue.approve"
  std::string resource;       // "projects/play/issues/42"
  std::string resource_type;  // "issue"
  v1::AuditLog::Severity severity = v1::AuditLog::INFO;
  google::protobuf::Struct request_payload;  // audit::Redact(request)
  ResponseStatus response_status = ResponseStatus::kOk;
  std::string correlation_id;
  google::protobuf::Struct extra;  // per action, e.g. "approval_step"
};

// The canonical line, without line break: RFC 8785 JSON (keys sorted, no white space). The id is a string, because it
// is larger than JSON numbers are exact; the timestamp is RFC 3339 in UTC with microseconds. Equal entries give equal
// bytes.
std::string CanonicalLine(const Entry& entry);
// The entry of a canonical line; INVALID_ARGUMENT / INVALID_BODY for anything else. CanonicalLine gives back the same
// bytes.
Result<Entry> ParseLine(std::string_view line);

v1::AuditLog ToMessage(const Entry& entry);

}  // namespace argus::audit
