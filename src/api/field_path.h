// Fields as callers see them, and errors that name them.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::api {

// "plan.content_hash" -> "plan.contentHash".
std::string JsonPath(std::string_view proto_path);

// Adds a violation of `field` where the caller's input is at fault and no field is named yet.
Error InField(Error error, std::string_view field);

// Parses the resource name that stands in `field` of the request (lowerCamelCase).
template <typename Name>
Result<Name> ParseName(std::string_view text, std::string_view field = "name") {
  auto name = Name::Parse(text);
  if (!name.ok()) return InField(std::move(name).error(), field);
  return name;
}

}  // namespace argus::api
