// The version of a row as its etag.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::store {

inline std::string EtagOf(std::int64_t version) { return std::to_string(version); }
// The version that the etag of a loaded message names; 0 if it names none.
std::int64_t VersionOf(std::string_view etag);
// ABORTED / ETAG_MISMATCH.
Error EtagMismatch();
// EtagMismatch unless `given`, what the caller sent, is empty or equal to `current`.
Status CheckEtag(std::string_view current, std::string_view given);

}  // namespace argus::store
