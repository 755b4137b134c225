// The generated pages of docs/reference.
#pragma once

#include <iosfwd>
#include <string>

#include "platform/base/result.h"

namespace argus::app {

// permissions, errors, api, flags, metrics, otel; NOT_FOUND for another name.
Status PrintReference(const std::string& page, std::ostream& out);

}  // namespace argus::app
