// The REST face of the registered methods as an OpenAPI 3.1 document.
#pragma once

#include <functional>
#include <string>

#include "platform/rpc/dispatcher.h"

namespace argus::rpc {

struct OpenApiOptions {
  std::string title;
  std::string version;
  // Methods that need no bearer token; empty: all need one.
  std::function<bool(const Method&)> is_public;
  // One or more sentences on a method; empty: none.
  std::function<std::string(const Method&)> describe;
};

// YAML. The same registrations give the same bytes. Methods without an HTTP rule are left out. A variable over several
// segments is spelled out, one parameter a wildcard: {name=projects/*/plans/*} -> projects/{project}/plans/{plan}.
std::string OpenApiYaml(const Dispatcher& dispatcher, const OpenApiOptions& options);

}  // namespace argus::rpc
