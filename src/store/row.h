// Between rows and the contract's messages. A message is its columns, which are authoritative, and a payload, the
// serialized rest of it.
#pragma once

#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/db/database.h"
#include "store/reader.h"

namespace argus::store {

google::protobuf::Timestamp ToProto(Timestamp time);
// Truncated to microseconds; an unset message is 0.
Timestamp FromProto(const google::protobuf::Timestamp& time);

// Sets the field unless the column holds 0, which is none.
template <typename M>
void ReadTime(const db::Row& row, std::string_view column, M& message, google::protobuf::Timestamp* (M::*field)()) {
  if (row.Int(column) != 0) *(message.*field)() = ToProto(row.Time(column));
}

// "ACTIVE".
template <typename E>
std::string EnumText(E value) {
  const auto* known = google::protobuf::GetEnumDescriptor<E>()->FindValueByNumber(value);
  return known ? known->name() : std::to_string(value);
}
// The zero value for a name that this binary does not know.
template <typename E>
E ReadEnum(const db::Row& row, std::string_view column) {
  const auto* known = google::protobuf::GetEnumDescriptor<E>()->FindValueByName(row.Text(column));
  return known ? static_cast<E>(known->number()) : E{};
}

// `message` without the fields that columns hold.
db::Bytes PayloadWithout(const google::protobuf::Message& message, std::initializer_list<int> column_fields);
// DATA_LOSS if column `payload` does not parse.
Status ReadPayload(const db::Row& row, google::protobuf::Message& message);

// The first row, if there is one.
Result<std::optional<db::Row>> FindRow(Reader& reader, const db::Statement& statement, const db::Params& params);
// The only row; NOT_FOUND / RESOURCE_NOT_FOUND naming `resource` without one.
Result<db::Row> GetRow(Reader& reader, const db::Statement& statement, const db::Params& params,
                       std::string_view resource);

// Each row as `parse` (const db::Row& -> Result<T>) reads it.
template <typename T, typename Parse>
Result<std::vector<T>> ParseRows(const db::Rows& rows, Parse&& parse) {
  std::vector<T> items;
  items.reserve(rows.size());
  for (const db::Row& row : rows) {
    Result<T> item = parse(row);
    if (!item.ok()) return std::move(item).error();
    items.push_back(std::move(item).value());
  }
  return items;
}

}  // namespace argus::store
