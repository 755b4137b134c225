#pragma once

#include <string>

#include "contract/contract.h"

namespace argus::target {

// SHA-256, lower-case hex, over the schema without `name`, `sync_time`, `fingerprint` and the estimates of rows: equal
// for equal schemas. The lists must be in a fixed order.
std::string Fingerprint(v1::DatabaseSchema schema);

}  // namespace argus::target
