// One way to list: filter, order, keyset paging, limit and total of every noun. A noun declares its table and fields.
#pragma once

#include <google/protobuf/descriptor.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/lang/filter/field.h"
#include "store/page.h"
#include "store/reader.h"
#include "store/row.h"

namespace argus::store {

// A term of an order. The column is never NULL; it holds text or an integer.
struct Key {
  std::string_view column;
  bool is_text = false;
  bool descending = false;
};

struct ListShape {
  std::string_view list_name;   // "plan.list": the statements' names
  std::string_view count_name;  // "plan.count"
  std::string_view columns;
  std::string_view from;              // a table or a join
  std::vector<filter::Field> fields;  // of filter and order
  std::vector<Key> keys;              // the default order; together unique
};

// What this list is about, whatever the caller's filter says.
struct ListScope {
  std::string where;  // "project_id = :project"; empty: everything
  db::Params params;

  void Add(std::string_view condition, std::vector<db::Param> more = {});
};

struct ListedRows {
  db::Rows rows;
  std::string next_page_token;
  std::optional<std::int64_t> total_size;
};
Result<ListedRows> ListRows(Reader& reader, const ListShape& shape, const ListScope& scope, const ListQuery& query);

// ListRows, each row as `parse` (const db::Row& -> Result<T>) reads it.
template <typename T, typename Parse>
Result<Page<T>> List(Reader& reader, const ListShape& shape, const ListScope& scope, const ListQuery& query,
                     Parse&& parse) {
  ARGUS_ASSIGN(ListedRows listed, ListRows(reader, shape, scope, query));
  ARGUS_ASSIGN(auto items, ParseRows<T>(listed.rows, parse));
  return Page<T>{std::move(items), std::move(listed.next_page_token), listed.total_size};
}

// The filter values of a column that holds the names of an enum's values; all but the zero value.
std::vector<filter::EnumValue> EnumValues(const google::protobuf::EnumDescriptor* type);

}  // namespace argus::store
