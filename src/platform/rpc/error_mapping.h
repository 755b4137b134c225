// Error as it stands on the wire: HTTP status, google.rpc.Status with its details, gRPC and Connect codes.
#pragma once

#include <string>
#include <string_view>

#include "google/rpc/status.pb.h"
#include "platform/base/error.h"
#include "platform/net/http_types.h"

namespace argus::rpc {

// Of the code (as Connect and google.rpc.Code have it), but 405, 408, 413, 415 and 431 where the reason says so.
int HttpStatus(const Error& error);
// "invalid_argument", as Connect writes codes.
std::string_view ConnectCode(Code code);

// With ErrorInfo (domain "argus"), BadRequest where fields are named, RequestInfo where the id is not empty, RetryInfo
// where a wait is asked for. Never holds the cause.
google::rpc::Status ToStatus(const Error& error, std::string_view correlation_id);

// Retry-After in whole seconds, at least 1, where the error asks for a wait or is UNAVAILABLE.
void AddRetryAfter(const Error& error, net::Headers& headers);

// AIP-193 JSON, {"error":{"code":404,"status":"NOT_FOUND",…}}, with its HTTP status.
net::HttpResponse RestError(const Error& error, std::string_view correlation_id);
// The Connect error object, {"code":"not_found",…}, alone and as a response.
std::string ConnectErrorJson(const Error& error, std::string_view correlation_id);
net::HttpResponse ConnectError(const Error& error, std::string_view correlation_id);

}  // namespace argus::rpc
