// grpc.reflection.v1 and v1alpha as ordinary services of the dispatcher: they list everything registered there and
// describe files from the generated descriptor pool.
#pragma once

#include "platform/rpc/dispatcher.h"

namespace argus::rpc {

// `dispatcher` is also what is listed, services registered later included.
void RegisterReflection(Dispatcher& dispatcher);

}  // namespace argus::rpc
