#include "app/reference.h"

#include <fmt/ostream.h>

#include "api/reference.h"
#include "app/catalogue.h"
#include "app/command_line.h"
#include "platform/base/reasons.h"
#include "platform/telemetry/trace/options.h"

namespace argus::app {

Status PrintReference(const std::string& page, std::ostream& out) {
  if (page == "flags") {
    out << FlagsReference();
    return Ok();
  }
  if (page == "metrics") {
    out << MetricsReference();
    return Ok();
  }
  if (page == "otel") {
    out << trace::Reference();
    return Ok();
  }
  for (const auto& reference : api::ReferencePages()) {
    if (reference.name == page) {
      out << reference.render();
      return Ok();
    }
  }
  return Error(Code::kNotFound, reasons::kInvalidConfiguration, fmt::format("There is no reference page '{}'.", page));
}

}  // namespace argus::app
