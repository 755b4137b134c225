// The id that joins everything that one request causes.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/net/http_types.h"

namespace argus::net {

// [A-Za-z0-9._:-]{1,128}.
bool IsCorrelationId(std::string_view id);

// "req-2026-" and 32 random hex digits.
std::string NewCorrelationId(Timestamp now);

// The first well-formed value of `correlation_id`, `X-Correlation-ID` and `X-Request-ID`, else a new one.
std::string CorrelationIdOf(const Headers& headers, Timestamp now);

// Both names that an answer carries it under; what is there already stays.
void AddCorrelationId(std::string_view id, Headers& headers);

}  // namespace argus::net
