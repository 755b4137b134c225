// What carries one correlation id, across all projects.
#pragma once

#include <string>

#include "contract/contract.h"
#include "store/reader.h"

namespace argus::store {

inline constexpr std::int64_t kMaxCorrelated = 1000;  // Of each kind.

// Name, audit entries, task runs, plan check runs and trace ids; truncated where there are more than kMaxCorrelated of a
// kind. Empty lists where nothing carries the id. `id` is a correlation id.
Result<v1::Correlation> FindCorrelation(Reader& reader, const std::string& id);

}  // namespace argus::store
