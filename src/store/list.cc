#include "store/list.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/reasons.h"
#include "platform/lang/filter/sql.h"
#include "store/list_order.h"
#include "store/page_token.h"

namespace argus::store {
namespace {

Result<std::int64_t> PageSize(const ListQuery& query) {
  if (query.page_size < 0) {
    return Error(Code::kInvalidArgument, reasons::kInvalidField, "pageSize must not be negative.")
        .WithField("pageSize", "must not be negative");
  }
  return query.page_size == 0 ? kDefaultPageSize : std::min(query.page_size, kMaxPageSize);
}

void AppendValue(std::string& out, const db::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return AppendPart(out, std::to_string(*number));
  if (const auto* text = std::get_if<std::string>(&value)) return AppendPart(out, *text);
  AppendPart(out, "");
}

// What a page token is bound to: everything that decides which rows are in the list and in what order.
std::string Fingerprint(const ListShape& shape, const ListScope& scope, const ListQuery& query) {
  std::string out;
  for (const std::string_view part : {shape.list_name, std::string_view(scope.where), std::string_view(query.filter),
                                      std::string_view(query.order_by)}) {
    AppendPart(out, part);
  }
  for (const db::Param& param : scope.params) {
    if (const auto* scalar = std::get_if<db::Value>(&param.value)) {
      AppendValue(out, *scalar);
    } else {
      for (const db::Value& value : std::get<std::vector<db::Value>>(param.value)) AppendValue(out, value);
    }
  }
  return out;
}

// Goes back to the keys that the token names, once it is known to be one of this list's.
Result<std::vector<db::Value>> StartOf(Reader& reader, const std::string& fingerprint, const ListQuery& query) {
  if (query.page_token.empty()) return std::vector<db::Value>();
  return ReadPageToken(reader.server_key(), fingerprint, query.page_token);
}

Result<std::int64_t> Count(Reader& reader, const ListShape& shape, const ListScope& matching) {
  const std::string sql = fmt::format("SELECT COUNT(*) AS total FROM {} WHERE {}", shape.from, matching.where);
  ARGUS_ASSIGN(const db::Rows rows, reader.Query({shape.count_name, sql}, matching.params));
  return rows.front().Int("total");
}

}  // namespace

void ListScope::Add(std::string_view condition, std::vector<db::Param> more) {
  where += fmt::format("{}{}", where.empty() ? "" : " AND ", condition);
  for (db::Param& param : more) params.push_back(std::move(param));
}

Result<ListedRows> ListRows(Reader& reader, const ListShape& shape, const ListScope& scope, const ListQuery& query) {
  ARGUS_ASSIGN(const std::int64_t page_size, PageSize(query));
  ARGUS_ASSIGN(const std::vector<Key> order, ParseOrder(shape, query.order_by));
  ARGUS_ASSIGN(filter::Condition condition, filter::Compile(query.filter, shape.fields));
  const std::string fingerprint = Fingerprint(shape, scope, query);
  ARGUS_ASSIGN(std::vector<db::Value> start, StartOf(reader, fingerprint, query));

  ListScope matching = scope;
  matching.Add(condition.sql, std::move(condition.params));
  ListedRows listed;
  if (query.show_total_size) {
    ARGUS_ASSIGN(listed.total_size, Count(reader, shape, matching));
  }
  if (!start.empty()) matching.Add(AfterSql(order), KeyParams(std::move(start)));
  matching.params.emplace_back("limit", page_size + 1);
  const std::string sql = fmt::format("SELECT {}{} FROM {} WHERE {} ORDER BY {} LIMIT :limit", shape.columns,
                                      KeyColumns(order), shape.from, matching.where, OrderSql(order));
  ARGUS_ASSIGN(listed.rows, reader.Query({shape.list_name, sql}, matching.params));

  if (static_cast<std::int64_t>(listed.rows.size()) > page_size) {
    listed.rows.pop_back();
    listed.next_page_token = MakePageToken(reader.server_key(), fingerprint, KeysOf(listed.rows.back(), order));
  }
  return listed;
}

std::vector<filter::EnumValue> EnumValues(const google::protobuf::EnumDescriptor* type) {
  std::vector<filter::EnumValue> values;
  for (int n = 0; n < type->value_count(); ++n) {
    const std::string& name = type->value(n)->name();
    if (type->value(n)->number() != 0) values.emplace_back(name, db::Value{name});
  }
  return values;
}

}  // namespace argus::store
