#pragma once

#include <string_view>

#include "platform/base/error.h"

namespace argus::target::postgres {

// What libpq (PQERRORS_VERBOSE) says about a failed connection, as an Error that is safe to show: the server's words
// without code location. Transient refusals (starting up, too many clients) are UNAVAILABLE like a silent server.
Error ConnectError(std::string_view libpq_message);

}  // namespace argus::target::postgres
