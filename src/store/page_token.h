// The opaque token that names the place after a page's last row.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/db/database.h"

namespace argus::store {

// Authenticated with `key` and bound to `query`, any text that tells one list from another. Values are integers or
// text.
std::string MakePageToken(std::string_view key, std::string_view query, std::span<const db::Value> values);
// INVALID_ARGUMENT / INVALID_PAGE_TOKEN for a token that was not made so.
Result<std::vector<db::Value>> ReadPageToken(std::string_view key, std::string_view query, std::string_view token);

// Appends `part` so that no two lists of parts look alike.
void AppendPart(std::string& out, std::string_view part);

}  // namespace argus::store
