#include "target/postgres/connect_error.h"

#include <algorithm>
#include <string>

#include "domain/reasons.h"
#include "platform/base/encoding.h"

namespace argus::target::postgres {
namespace {

bool IsSqlstate(std::string_view word) {
  return word.size() == 5 &&
         std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

// The SQLSTATE in "FATAL:  28P01: password authentication failed", or "".
std::string_view FindSqlstate(std::string_view line) {
  for (auto at = line.find(":  "); at != std::string_view::npos; at = line.find(":  ", at + 1)) {
    const auto word = line.substr(at + 3, 5);
    if (IsSqlstate(word) && line.substr(at + 8, 2) == ": ") return word;
  }
  return {};
}

std::string FirstLines(std::string_view message) {
  const auto end = std::min({message.find("\nLOCATION:"), message.find_last_not_of("\n ") + 1, message.size()});
  return ReplaceInvalidUtf8(message.substr(0, end));
}

// Class 53: out of resources; 57P: shutting down or starting; both pass.
bool Passes(std::string_view sqlstate) { return sqlstate.starts_with("53") || sqlstate.starts_with("57P"); }

bool ConcernsTls(std::string_view message) {
  return message.find("SSL") != std::string_view::npos || message.find("certificate") != std::string_view::npos;
}

}  // namespace

Error ConnectError(std::string_view libpq_message) {
  const auto sqlstate = FindSqlstate(libpq_message);
  const auto text = FirstLines(libpq_message);
  if (!sqlstate.empty()) {
    return Error(Passes(sqlstate) ? Code::kUnavailable : Code::kFailedPrecondition, reasons::kConnectionFailed, text)
        .WithMetadata("sqlstate", std::string(sqlstate));
  }
  if (ConcernsTls(text)) return Error(Code::kFailedPrecondition, reasons::kTlsFailed, text);
  return Error(Code::kUnavailable, reasons::kConnectionFailed, text);
}

}  // namespace argus::target::postgres
