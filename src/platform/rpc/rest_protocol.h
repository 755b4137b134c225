// REST + JSON by google.api.http rules; errors as AIP-193 has them. Unary methods only.
#pragma once

#include "platform/net/http_types.h"
#include "platform/rpc/dispatcher.h"
#include "platform/rpc/http_rule.h"

namespace argus::rpc {

// Answers one request that the route table matched. Runs on a worker.
net::HttpResponse ServeRest(const Dispatcher& dispatcher, const RouteTable::Match& match, net::HttpRequest&& request);

// Body, query and path into one message (google/api/http.proto): the body fills the whole message or one field; the
// query what is neither body nor path; a path value that contradicts the body is refused.
Status BindRest(const RouteTable::Match& match, std::string_view query, std::string_view body,
                google::protobuf::Message& message);

}  // namespace argus::rpc
