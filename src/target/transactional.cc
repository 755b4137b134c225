#include "target/transactional.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "domain/reasons.h"
#include "platform/lang/sql/text.h"

namespace argus::target {
namespace {

using Words = std::vector<std::string>;

bool Is(const Words& words, std::size_t index, std::string_view word) {
  return index < words.size() && words[index] == word;
}

// ROLLBACK [WORK | TRANSACTION] TO [SAVEPOINT] name
bool RollsBackToSavepoint(const Words& words) {
  return Is(words, 0, "ROLLBACK") &&
         (Is(words, 1, "TO") || ((Is(words, 1, "WORK") || Is(words, 1, "TRANSACTION")) && Is(words, 2, "TO")));
}

bool ControlsTransaction(const Words& words) {
  constexpr std::array<std::string_view, 5> kAlways = {"BEGIN", "COMMIT", "END", "ABORT", "ROLLBACK"};
  if (words.empty() || RollsBackToSavepoint(words)) return false;
  if (std::find(kAlways.begin(), kAlways.end(), words.front()) != kAlways.end()) return true;
  return Is(words, 1, "TRANSACTION") && (Is(words, 0, "START") || Is(words, 0, "PREPARE"));
}

}  // namespace

Status CheckTransactional(const std::vector<sql::SqlStatement>& statements, sql::Engine engine) {
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const auto& [text, offset, start] = statements[i];
    const auto words = sql::LeadingKeywords(text, engine, 3);
    if (!ControlsTransaction(words)) continue;
    return Error(Code::kFailedPrecondition, reasons::kUnsupportedStatement,
                 fmt::format("line {}: {} is not allowed, the whole script runs in one transaction", start.line,
                             words.front()))
        .WithMetadata("statement", std::to_string(i + 1))
        .WithMetadata("line", std::to_string(start.line))
        .WithMetadata("column", std::to_string(start.column));
  }
  return Ok();
}

}  // namespace argus::target
