// When a call is over, streams included.
#pragma once

#include <functional>

#include "platform/rpc/call.h"

namespace argus::api {

// Calls `ended` once: at once for a unary call or a stream that was refused, else when the opened stream of `call`
// ends. A stream that its caller leaves, or the server stops, ends CANCELLED. `ended` must not throw.
void WhenEnded(rpc::Call& call, const Result<rpc::MessagePtr>& result, std::function<void(const Status&)> ended);

}  // namespace argus::api
