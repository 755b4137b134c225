// What a statement does, as far as any rule asks: the same for every engine, so that a rule is written once.
#pragma once

#include <string>
#include <vector>

#include "platform/lang/sql/position.h"

namespace argus::review {

// As the server stores it: unquoted and folded.
struct TableName {
  std::string schema;  // empty: not said
  std::string name;

  // "orders" or "sales.orders".
  std::string ToString() const { return schema.empty() ? name : schema + "." + name; }
  // The same table, if the search path does not speak against it.
  bool MayBe(const TableName& other) const {
    return name == other.name && (schema.empty() || other.schema.empty() || schema == other.schema);
  }
};

// One UPDATE or DELETE, wherever in the statement it stands.
struct Write {
  std::string verb;  // "UPDATE", "DELETE"
  TableName table;
  bool has_where = false;
};

struct CreatedTable {
  TableName name;
  bool temporary = false;
  bool partition = false;   // PARTITION OF: has what its parent has.
  bool from_query = false;  // CREATE TABLE AS, SELECT INTO.
  bool has_primary_key = false;
};

struct Statement {
  sql::Position start;             // in the script
  std::vector<std::string> types;  // "UPDATE", "CREATE_TABLE"; those of its common table expressions too
  std::vector<Write> writes;
  std::vector<CreatedTable> created_tables;
  std::vector<TableName> primary_keys_added;  // ALTER TABLE
};

}  // namespace argus::review
