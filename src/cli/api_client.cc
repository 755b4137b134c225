#include "cli/api_client.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/credentials.h"
#include "contract/services.h"
#include "domain/reasons.h"
#include "platform/http/http_client.h"

namespace argus::cli {
namespace {

namespace json = boost::json;

constexpr struct {
  std::string_view connect;
  Code code;
} kCodes[] = {
    {"canceled", Code::kCancelled},
    {"invalid_argument", Code::kInvalidArgument},
    {"deadline_exceeded", Code::kDeadlineExceeded},
    {"not_found", Code::kNotFound},
    {"already_exists", Code::kAlreadyExists},
    {"permission_denied", Code::kPermissionDenied},
    {"resource_exhausted", Code::kResourceExhausted},
    {"failed_precondition", Code::kFailedPrecondition},
    {"aborted", Code::kAborted},
    {"out_of_range", Code::kOutOfRange},
    {"unimplemented", Code::kUnimplemented},
    {"internal", Code::kInternal},
    {"unavailable", Code::kUnavailable},
    {"data_loss", Code::kDataLoss},
    {"unauthenticated", Code::kUnauthenticated},
};

Code ToCode(std::string_view connect) {
  for (const auto& row : kCodes) {
    if (row.connect == connect) return row.code;
  }
  return Code::kUnknown;
}

// A reason's name outlives every error: it is one of the closed lists, or none that this binary knows.
Reason FindReason(std::string_view name) {
#define ARGUS_MATCH_REASON(id, text, help) \
  if (name == text) return reasons::id;
  ARGUS_PLATFORM_REASONS(ARGUS_MATCH_REASON)
  ARGUS_DOMAIN_REASONS(ARGUS_MATCH_REASON)
#undef ARGUS_MATCH_REASON
  return {"UNKNOWN", "The server gave a reason that this binary does not know."};
}

// The reason stands in the debug form of the google.rpc.ErrorInfo detail.
Reason ReasonOf(const json::object& error) {
  const auto* details = error.if_contains("details");
  if (details == nullptr || !details->is_array()) return reasons::kInternal;
  for (const auto& detail : details->as_array()) {
    const auto* debug = detail.is_object() ? detail.as_object().if_contains("debug") : nullptr;
    const auto* name = debug != nullptr && debug->is_object() ? debug->as_object().if_contains("reason") : nullptr;
    if (name != nullptr && name->is_string()) return FindReason(name->as_string());
  }
  return reasons::kInternal;
}

Error ToError(const http::Response& response) {
  boost::system::error_code bad;
  const json::value value = json::parse(response.body, bad);
  if (bad || !value.is_object() || !value.as_object().contains("code")) {
    return Error(Code::kUnavailable, reasons::kNetworkError,
                 fmt::format("The server answered HTTP {}.", response.status));
  }
  const auto& error = value.as_object();
  const auto text = [&](std::string_view key) {
    const auto* member = error.if_contains(key);
    return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
  };
  return Error(ToCode(text("code")), ReasonOf(error), text("message"));
}

std::string Trimmed(std::string server) {
  while (server.ends_with('/')) server.pop_back();
  return server;
}

}  // namespace

ApiClient ApiClient::Connect(std::string server, std::string token) {
  server = Trimmed(std::move(server));
  v1::LoginResponse tokens;
  if (!token.empty()) {
    tokens.set_access_token(std::move(token));
  } else if (auto saved = LoadCredentials(server); saved.ok()) {
    tokens = *std::move(saved);
  }
  return ApiClient(std::move(server), std::move(tokens));
}

ApiClient ApiClient::Anonymous(std::string server) { return ApiClient(Trimmed(std::move(server)), {}); }

Result<std::string> ApiClient::Exchange(const google::protobuf::Message& request) {
  Result<std::string> answer = Post(request);
  const bool expired =
      !answer.ok() && answer.error().code() == Code::kUnauthenticated && !tokens_.refresh_token().empty();
  if (!expired || !Refresh().ok()) return answer;
  return Post(request);
}

Result<std::string> ApiClient::Post(const google::protobuf::Message& request) const {
  const auto* method = contract::MethodOf(*request.GetDescriptor());
  http::Request post{.method = "POST",
                     .url = fmt::format("{}/{}/{}", server_, method->service()->full_name(), method->name()),
                     .headers = {{"Content-Type", "application/proto"}, {"Connect-Protocol-Version", "1"}},
                     .body = request.SerializeAsString()};
  if (!tokens_.access_token().empty()) post.headers.emplace_back("Authorization", "Bearer " + tokens_.access_token());
  ARGUS_ASSIGN(auto response, http::Send(post));
  if (response.status != 200) return ToError(response);
  return std::move(response.body);
}

Status ApiClient::Refresh() {
  v1::RefreshRequest request;
  request.set_refresh_token(tokens_.refresh_token());
  tokens_.clear_refresh_token();
  tokens_.clear_access_token();
  ARGUS_ASSIGN(tokens_, Call<v1::LoginResponse>(request));
  return SaveCredentials(server_, tokens_);
}

Error ApiClient::Malformed() {
  return Error(Code::kInternal, reasons::kInvalidBody,
               "The server's answer is not the message that the contract names.");
}

}  // namespace argus::cli
