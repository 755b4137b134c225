// Where protobuf and grpc++ write what they otherwise print to standard error, unasked and unstructured.
#pragma once

#include <functional>
#include <string_view>

namespace argus::rpc {

// Sends both libraries' lines to `write`, or drops them when it is empty. Holds for the whole process; call it once,
// before any server starts. `write` must be thread-safe and must not use either library.
void RouteForeignLogs(std::function<void(std::string_view library, std::string_view line)> write);

}  // namespace argus::rpc
