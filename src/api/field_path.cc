#include "api/field_path.h"

#include <utility>

namespace argus::api {

std::string JsonPath(std::string_view proto_path) {
  std::string path;
  bool raise = false;
  for (const char c : proto_path) {
    if (c == '_') {
      raise = true;
      continue;
    }
    path += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = false;
  }
  return path;
}

Error InField(Error error, std::string_view field) {
  if (error.code() != Code::kInvalidArgument || !error.fields().empty()) return error;
  std::string description = error.message();
  return std::move(error).WithField(std::string(field), std::move(description));
}

}  // namespace argus::api
