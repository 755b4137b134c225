// AIP-132 order_by: "create_time desc, name".
#pragma once

#include <string_view>
#include <vector>

#include "platform/lang/filter/field.h"

namespace argus::filter {

struct OrderTerm {
  const Field* field;  // into the fields given
  bool descending = false;
};

// In the order written, each field at most once; empty for an empty text. INVALID_ARGUMENT / INVALID_FIELD, naming "orderBy".
Result<std::vector<OrderTerm>> ParseOrderBy(std::string_view text, Fields fields);

}  // namespace argus::filter
