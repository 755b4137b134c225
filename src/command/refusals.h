// Refusals that several commands give.
#pragma once

#include <string_view>

#include "platform/base/result.h"

namespace argus::command {

// FAILED_PRECONDITION / RESOURCE_IN_USE.
Error InUse(std::string_view resource, std::string_view by);
// FAILED_PRECONDITION / RESOURCE_DELETED.
Error Deleted(std::string_view resource);
// FAILED_PRECONDITION / INVALID_STATE_TRANSITION: there is nothing to undelete.
Error NotDeleted(std::string_view resource);

// Whether a lookup found something; any error but NOT_FOUND stays an error.
template <typename T>
Result<bool> Exists(const Result<T>& found) {
  if (found.ok()) return true;
  if (found.error().code() == Code::kNotFound) return false;
  return found.error();
}

}  // namespace argus::command
