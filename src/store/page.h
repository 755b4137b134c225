// What a List method asks and answers (AIP-158).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace argus::store {

inline constexpr std::int32_t kDefaultPageSize = 50;
inline constexpr std::int32_t kMaxPageSize = 1000;

// As the caller sent it. Errors of the list functions: INVALID_ARGUMENT with INVALID_FIELD (pageSize, orderBy),
// INVALID_FILTER (filter) or INVALID_PAGE_TOKEN (pageToken). Size 0 is the default; one too large is clamped.
struct ListQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  std::string filter;
  std::string order_by;
  bool show_total_size = false;
  bool show_deleted = false;
};

template <typename T>
struct Page {
  std::vector<T> items;
  std::string next_page_token;             // Empty on the last page.
  std::optional<std::int64_t> total_size;  // Where it was asked for.
};

// The list fields that `request`, any v1.List…Request, has.
template <typename Request>
ListQuery ToListQuery(const Request& request) {
  ListQuery query{request.page_size(), request.page_token()};
  if constexpr (requires { request.filter(); }) query.filter = request.filter();
  if constexpr (requires { request.order_by(); }) query.order_by = request.order_by();
  if constexpr (requires { request.show_total_size(); }) query.show_total_size = request.show_total_size();
  if constexpr (requires { request.show_deleted(); }) query.show_deleted = request.show_deleted();
  return query;
}

}  // namespace argus::store
