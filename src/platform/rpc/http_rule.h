// google.api.http path templates, and finding the one that a path matches.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/result.h"
#include "platform/rpc/method.h"

namespace argus::rpc {

// "/v1/{name=projects/*/plans/*}:cancel" taken apart.
struct PathTemplate {
  struct Variable {
    std::string field;  // "name", "plan.name"
    std::size_t begin;  // segments [begin, end)
    std::size_t end;
  };
  std::vector<std::string> segments;  // literals, "*" (one segment) or, last only, "**" (the rest, at least one)
  std::vector<Variable> variables;
  std::string verb;  // "cancel"
};

// INVALID_CONFIGURATION when the text does not follow the grammar in google/api/http.proto.
Result<PathTemplate> ParsePathTemplate(std::string_view text);

// Built once, then const and thread-safe.
class RouteTable {
 public:
  struct Match {
    const Method* method = nullptr;  // null: no route
    const HttpBinding* binding = nullptr;
    std::vector<std::pair<std::string, std::string>> variables;  // field path, decoded value
    std::vector<std::string> allowed;  // without a route: HTTP methods that the path does serve
  };

  RouteTable();
  ~RouteTable();

  // `method` must outlive the table. Fails on a malformed template, one that names fields
  // which cannot be bound, or a second route for the same place.
  Status Add(const Method& method);
  // `path` is still percent-encoded. Literals win over "*", "*" over "**". A variable of one segment is decoded fully,
  // in longer ones "%2F" stays as it is.
  Match Find(std::string_view http_method, std::string_view path) const;

 private:
  struct Node;
  struct Route;
  struct Search;

  Status AddBinding(const Method& method, const HttpBinding& binding);

  std::unique_ptr<Node> root_;
};

}  // namespace argus::rpc
