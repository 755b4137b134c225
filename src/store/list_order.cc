#include "store/list_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/base/reasons.h"
#include "platform/lang/filter/order_by.h"

namespace argus::store {
namespace {

constexpr std::array<std::string_view, 8> kKeyNames{"key0", "key1", "key2", "key3", "key4", "key5", "key6", "key7"};
constexpr std::size_t kMaxOrderTerms = 4;  // A shape has at most four keys of its own.

bool HoldsText(const filter::Field& field) {
  if (field.type == filter::FieldType::kEnum) return std::holds_alternative<std::string>(field.values.front().stored);
  return field.type == filter::FieldType::kText || field.type == filter::FieldType::kKey;
}

bool Has(const std::vector<Key>& order, std::string_view column) {
  return std::any_of(order.begin(), order.end(), [&](const Key& key) { return key.column == column; });
}

}  // namespace

Result<std::vector<Key>> ParseOrder(const ListShape& shape, std::string_view order_by) {
  ARGUS_ASSIGN(const auto terms, filter::ParseOrderBy(order_by, shape.fields));
  if (terms.size() > kMaxOrderTerms) {
    return Error(Code::kInvalidArgument, reasons::kInvalidField, "orderBy names too many fields.")
        .WithField("orderBy", fmt::format("at most {} fields", kMaxOrderTerms));
  }
  std::vector<Key> order;
  for (const auto& term : terms) order.push_back({term.field->column, HoldsText(*term.field), term.descending});
  const std::size_t named = order.size();
  for (Key key : shape.keys) {
    if (Has(order, key.column)) continue;
    if (named > 0) key.descending = order[named - 1].descending;
    order.push_back(key);
  }
  return order;
}

std::string KeyColumns(const std::vector<Key>& order) {
  std::string sql;
  for (std::size_t n = 0; n < order.size(); ++n) sql += fmt::format(", {} AS {}", order[n].column, kKeyNames[n]);
  return sql;
}

std::string OrderSql(const std::vector<Key>& order) {
  std::string sql;
  for (const Key& key : order) {
    sql += fmt::format("{}{}{}", sql.empty() ? "" : ", ", key.column, key.descending ? " DESC" : "");
  }
  return sql;
}

// a >= :key0 AND ((a > :key0) OR (a = :key0 AND b > :key1) OR …): the first bound lets an index on `a` begin there.
std::string AfterSql(const std::vector<Key>& order) {
  std::string sql;
  std::string equal;
  for (std::size_t n = 0; n < order.size(); ++n) {
    const std::string_view after = order[n].descending ? "<" : ">";
    if (n == 0) sql = fmt::format("{} {}= :{} AND (", order[n].column, after, kKeyNames[n]);
    sql += fmt::format("{}({}{} {} :{})", n == 0 ? "" : " OR ", equal, order[n].column, after, kKeyNames[n]);
    equal += fmt::format("{} = :{} AND ", order[n].column, kKeyNames[n]);
  }
  return sql + ")";
}

db::Params KeyParams(std::vector<db::Value> values) {
  db::Params params;
  for (std::size_t n = 0; n < values.size(); ++n) params.emplace_back(kKeyNames[n], std::move(values[n]));
  return params;
}

std::vector<db::Value> KeysOf(const db::Row& row, const std::vector<Key>& order) {
  std::vector<db::Value> values;
  for (std::size_t n = 0; n < order.size(); ++n) {
    if (order[n].is_text) {
      values.emplace_back(row.Text(kKeyNames[n]));
    } else {
      values.emplace_back(row.Int(kKeyNames[n]));
    }
  }
  return values;
}

}  // namespace argus::store
