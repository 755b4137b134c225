// The contract as a client: a request message in, its response out (Connect protocol, binary messages).
#pragma once

#include <memory>
#include <string>

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::cli {

// Not thread-safe. Refreshes an expired access token once where it holds a refresh token, and saves the new pair.
class ApiClient {
 public:
  // Uses `token` where it is not empty, else what `argus login` saved for the server, else no token.
  static ApiClient Connect(std::string server, std::string token);
  // Without any token.
  static ApiClient Anonymous(std::string server);

  // Any request message of the contract; `Response` must be the method's. Errors are the server's, with code, reason
  // and message; UNAVAILABLE / NETWORK_ERROR when it cannot be reached.
  template <typename Response>
  Result<Response> Call(const google::protobuf::Message& request) {
    ARGUS_ASSIGN(const std::string body, Exchange(request));
    Response response;
    if (!response.ParseFromString(body)) return Malformed();
    return response;
  }

  const std::string& server() const { return server_; }
  const std::string& user() const { return tokens_.user(); }

 private:
  ApiClient(std::string server, v1::LoginResponse tokens) : server_(std::move(server)), tokens_(std::move(tokens)) {}

  Result<std::string> Exchange(const google::protobuf::Message& request);
  Result<std::string> Post(const google::protobuf::Message& request) const;
  Status Refresh();
  static Error Malformed();

  std::string server_;
  v1::LoginResponse tokens_;
};

}  // namespace argus::cli
