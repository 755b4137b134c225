// A small HTTP client on libcurl, for command-line tools and outgoing messages.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/result.h"

namespace argus::http {

struct Request {
  std::string method = "GET";
  std::string url;  // http:// or https://
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};
  std::size_t response_limit = 64 << 20;  // bytes
};

struct Response {
  int status = 0;
  std::string body;
};

// One exchange on a connection of its own; thread-safe. Certificates are verified; redirects are not followed. Errors:
// UNAVAILABLE / NETWORK_ERROR when there is no answer, DEADLINE_EXCEEDED / NETWORK_ERROR after `timeout`. Any answer,
// 500 included, is a success of this function.
Result<Response> Send(const Request& request);

}  // namespace argus::http
