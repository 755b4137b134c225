// What may be filtered and ordered by.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/db/database.h"

namespace argus::filter {

enum class FieldType {
  kText,  // = != : and prefixes
  kKey,   // the same on a column that compares by bytes (COLLATE "C" on PostgreSQL), so that an index serves prefixes
  kInt,   // all operators
  kTime,  // all operators; an RFC 3339 value against BIGINT microseconds
  kEnum,  // = != : with one of `values`, ASCII case aside
  kBool,  // = != : with true or false against SMALLINT
};

struct EnumValue {
  std::string_view name;  // as in the API
  db::Value stored;

  EnumValue(const char* n) : name(n), stored(std::string(n)) {}  // NOLINT(google-explicit-constructor)
  EnumValue(std::string_view n, db::Value s) : name(n), stored(std::move(s)) {}
};

struct Field {
  std::string_view name;    // snake_case; callers may also write lowerCamelCase
  std::string_view column;  // an SQL expression that both dialects accept
  FieldType type;
  std::vector<EnumValue> values = {};  // kEnum
};
using Fields = std::span<const Field>;

// The field of that name in either spelling, or null.
const Field* FindField(Fields fields, std::string_view name);
// "actor, create_time": for error messages.
std::string FieldNames(Fields fields);

}  // namespace argus::filter
