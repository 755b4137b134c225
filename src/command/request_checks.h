// What many requests of the change pipeline are checked for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"
#include "store/reader.h"

namespace argus::command {

// In bytes.
inline constexpr std::size_t kMaxTitle = 400;
inline constexpr std::size_t kMaxProse = 64 * 1024;  // descriptions, comments, reasons

// INVALID_ARGUMENT / INVALID_FIELD for `field`.
Error InvalidField(std::string field, std::string message);
// INVALID_ARGUMENT / INVALID_FIELD for a text over `limit` bytes.
Status CheckText(std::string_view field, std::string_view text, std::size_t limit);
// CheckText, and INVALID_ARGUMENT / MISSING_FIELD for an empty (or blank) one.
Status RequireText(std::string_view field, std::string_view text, std::size_t limit);

// NOT_FOUND, or FAILED_PRECONDITION / RESOURCE_DELETED: nothing new begins in a project that was deleted.
Result<v1::Project> ActiveProject(store::Reader& reader, const domain::ProjectName& name);

}  // namespace argus::command
