#include "platform/lang/filter/field.h"

#include <algorithm>

namespace argus::filter {
namespace {

std::string ToSnakeCase(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      c = static_cast<char>(c - 'A' + 'a');
    }
    out += c;
  }
  return out;
}

}  // namespace

const Field* FindField(Fields fields, std::string_view name) {
  const auto at = std::ranges::find(fields, ToSnakeCase(name), &Field::name);
  return at == fields.end() ? nullptr : &*at;
}

std::string FieldNames(Fields fields) {
  std::string out;
  for (const Field& field : fields) out.append(out.empty() ? "" : ", ").append(field.name);
  return out;
}

}  // namespace argus::filter
