// The order of a list and the place in it where a page begins (keyset paging).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/list.h"

namespace argus::store {

// The caller's fields (AIP-132), then the shape's keys in the direction of the last of those, so that the order is
// total. INVALID_ARGUMENT / INVALID_FIELD with field orderBy.
Result<std::vector<Key>> ParseOrder(const ListShape& shape, std::string_view order_by);

// ", title AS key0, id AS key1".
std::string KeyColumns(const std::vector<Key>& order);
// "title DESC, id".
std::string OrderSql(const std::vector<Key>& order);
// True behind the row whose keys equal the parameters :key0, :key1, …
std::string AfterSql(const std::vector<Key>& order);

db::Params KeyParams(std::vector<db::Value> values);
// The keys of a row that was selected with KeyColumns.
std::vector<db::Value> KeysOf(const db::Row& row, const std::vector<Key>& order);

}  // namespace argus::store
