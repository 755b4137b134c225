#include "platform/net/correlation_id.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/encoding.h"

namespace argus::net {
namespace {

constexpr std::size_t kMaxLength = 128;

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '-';
}

}  // namespace

bool IsCorrelationId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxLength && std::all_of(id.begin(), id.end(), IsIdCharacter);
}

std::string NewCorrelationId(Timestamp now) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
  return fmt::format("req-{:04}-{}", static_cast<int>(date.year()), RandomHex(16));
}

std::string CorrelationIdOf(const Headers& headers, Timestamp now) {
  for (const char* name : {"correlation_id", "X-Correlation-ID", "X-Request-ID"}) {
    for (const auto id : headers.GetAll(name)) {
      if (IsCorrelationId(id)) return std::string(id);
    }
  }
  return NewCorrelationId(now);
}

void AddCorrelationId(std::string_view id, Headers& headers) {
  for (const char* name : {"X-Correlation-ID", "correlation_id"}) {
    if (!headers.Has(name)) headers.Add(name, id);
  }
}

}  // namespace argus::net
