// The Connect protocol over HTTP/1.1 (connectrpc.com/docs/protocol): unary by POST and GET, server streaming.
#pragma once

#include "platform/net/http_types.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/worker_pool.h"

namespace argus::rpc {

// Answers one request to `method`'s path. Runs on a worker; dispatcher and workers must outlive the response's stream.
net::HttpResponse ServeConnect(const Dispatcher& dispatcher, WorkerPool& workers, const Method& method,
                               net::HttpRequest&& request);

}  // namespace argus::rpc
