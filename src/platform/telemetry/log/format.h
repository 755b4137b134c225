// The forms that a line can take: JSON Lines (RFC 8259), readable text, an entry of journald's native protocol.
#pragma once

#include <string_view>

#include "platform/telemetry/log/buffer.h"
#include "platform/telemetry/log/call_site.h"
#include "platform/telemetry/log/line.h"
#include "platform/telemetry/log/record.h"

namespace argus::log {

// Pure functions. Whatever the values hold: JSON is exactly one line; text is one line and one more for each function of
// a stack; an entry is one entry; all are well-formed UTF-8.
struct Format {
  CallSites::Make site;
  // Puts a line together in `out`, which is empty; the record borrows that memory and the line's stack.
  Record (*encode)(const Line& line, const CallSite& site, Buffer& out);
  // Appends the whole line; `stack` has a '\n' before each function. Async-signal-safe while `out` has room.
  void (*finish)(const Record& record, std::string_view stack, Buffer& out);
};

extern const Format kJsonFormat;
extern const Format kTextFormat;
extern const Format kJournalFormat;

}  // namespace argus::log
