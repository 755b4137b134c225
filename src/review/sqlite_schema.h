// Makes SQL again out of what is known of a SQLite schema.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"

namespace argus::review {

// CREATE statements, in an order in which they can run: enough of the schema for statements to be prepared on it.
// Virtual tables become plain ones.
std::vector<std::string> SqliteDefinitions(const v1::DatabaseSchema& schema);

}  // namespace argus::review
