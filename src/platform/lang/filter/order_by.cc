#include "platform/lang/filter/order_by.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::filter {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

Error OrderError(std::string message) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, "orderBy: " + message).WithField("orderBy", message);
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Cuts off the part up to `separators`; the rest is empty when there is none.
std::string_view Cut(std::string_view& text, std::string_view separators) {
  const std::size_t at = std::min(text.find_first_of(separators), text.size());
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return head;
}

Result<OrderTerm> ParseTerm(std::string_view text, Fields fields) {
  std::string_view direction = Trimmed(text);
  const std::string_view name = Cut(direction, kBlanks);
  direction = Trimmed(direction);
  const Field* field = FindField(fields, name);
  if (field == nullptr) {
    return OrderError(fmt::format("no field '{}'; known are {}", ReplaceInvalidUtf8(name.substr(0, 64)), FieldNames(fields)));
  }
  if (!direction.empty() && direction != "asc" && direction != "desc") {
    return OrderError(fmt::format("only asc or desc may follow '{}'", name));
  }
  return OrderTerm{field, direction == "desc"};
}

}  // namespace

Result<std::vector<OrderTerm>> ParseOrderBy(std::string_view text, Fields fields) {
  std::vector<OrderTerm> terms;
  if (Trimmed(text).empty()) return terms;
  for (bool more = true; more;) {
    more = text.find(',') != std::string_view::npos;
    ARGUS_ASSIGN(const OrderTerm term, ParseTerm(Cut(text, ","), fields));
    if (std::ranges::count(terms, term.field, &OrderTerm::field) > 0) {
      return OrderError(fmt::format("field '{}' stands twice", term.field->name));
    }
    terms.push_back(term);
  }
  return terms;
}

}  // namespace argus::filter
