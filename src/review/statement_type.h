// The kind of a statement, judged by its words alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/lang/sql/lexer.h"

namespace argus::review {

// "UPDATE", "CREATE_TABLE", "DROP_MATERIALIZED_VIEW"; "" for a statement that begins with WITH, and for none at all.
// Right for whatever parses.
std::string StatementType(std::string_view statement, sql::Engine engine);

// For a statement that nobody could parse: its type and every INSERT, UPDATE, DELETE or MERGE that it might hold.
// Rather one too many than one too few, for approval rules ask.
std::vector<std::string> PossibleTypes(std::string_view statement, sql::Engine engine);

// CREATE, ALTER or DROP.
bool IsDefinition(std::string_view type);

}  // namespace argus::review
