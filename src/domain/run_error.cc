#include "domain/run_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "domain/reasons.h"

namespace argus::domain {
namespace {

constexpr Reason kReasons[] = {
#define ARGUS_LIST_REASON(id, name, help) reasons::id,
    ARGUS_PLATFORM_REASONS(ARGUS_LIST_REASON) ARGUS_DOMAIN_REASONS(ARGUS_LIST_REASON)
#undef ARGUS_LIST_REASON
};

Reason ReasonNamed(std::string_view name) {
  const auto* found = std::ranges::find(kReasons, name, &Reason::name);
  return found == std::end(kReasons) ? reasons::kInternal : *found;
}

bool IsWord(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// An apostrophe within a word quotes nothing.
bool OpensQuote(std::string_view text, std::size_t at) {
  return text[at] == '"' || (text[at] == '\'' && (at == 0 || !IsWord(text[at - 1])));
}

}  // namespace

std::string MaskQuoted(std::string_view text) {
  std::string masked;
  for (std::size_t at = 0; at < text.size(); ++at) {
    masked += text[at];
    if (!OpensQuote(text, at)) continue;
    const char quote = text[at];
    // To the last one: a value may hold quotes of its own, doubled or not.
    const auto end = text.rfind(quote);
    masked += "…";
    if (end == at) return masked;
    masked += quote;
    at = end;
  }
  return masked;
}

Error LoggableError(const v1::TaskRunError& error) {
  std::string message = MaskQuoted(error.message());
  if (!error.sqlstate().empty()) message += fmt::format(" (SQLSTATE {})", error.sqlstate());
  return Error(Code::kFailedPrecondition, ReasonNamed(error.reason()), std::move(message));
}

}  // namespace argus::domain
