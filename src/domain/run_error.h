// Errors of task runs where others than those who may read the run will see them.
#pragma once

#include <string>
#include <string_view>

#include "contract/contract.h"
#include "platform/base/error.h"

namespace argus::domain {

// `text` with … for all that stands in quotes: databases quote the values of a statement when they refuse it.
std::string MaskQuoted(std::string_view text);

// What a log line may say of it: its reason, its masked message and its SQLSTATE. INTERNAL where the reason is none of
// ours.
Error LoggableError(const v1::TaskRunError& error);

}  // namespace argus::domain
