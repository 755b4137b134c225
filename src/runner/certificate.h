// When certificates end.
#pragma once

#include <optional>
#include <string>

#include "platform/base/clock.h"

namespace argus::runner {

// The earliest notAfter of the certificates in `pem` (RFC 7468), one or a chain; nullopt where there is none to read.
std::optional<Timestamp> EarliestEnd(const std::string& pem);

}  // namespace argus::runner
