#include "command/refusals.h"

#include <fmt/format.h>

#include "domain/reasons.h"

namespace argus::command {

Error InUse(std::string_view resource, std::string_view by) {
  return Error(Code::kFailedPrecondition, reasons::kResourceInUse, fmt::format("{} is still used by {}.", resource, by))
      .WithMetadata("resource", std::string(resource));
}

Error Deleted(std::string_view resource) {
  return Error(Code::kFailedPrecondition, reasons::kResourceDeleted,
               fmt::format("{} is deleted; undelete it first.", resource))
      .WithMetadata("resource", std::string(resource));
}

Error NotDeleted(std::string_view resource) {
  return Error(Code::kFailedPrecondition, reasons::kInvalidStateTransition, fmt::format("{} is not deleted.", resource));
}

}  // namespace argus::command
