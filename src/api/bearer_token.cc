#include "api/bearer_token.h"

#include <algorithm>

namespace argus::api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

}  // namespace

std::string_view BearerToken(const net::Headers& headers) {
  std::string_view value = headers.Get("Authorization");
  if (value.size() <= kScheme.size() || !net::EqualsIgnoreCase(value.substr(0, kScheme.size()), kScheme)) return {};
  value.remove_prefix(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
  return value;
}

}  // namespace argus::api
