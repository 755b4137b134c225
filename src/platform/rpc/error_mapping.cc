#include "platform/rpc/error_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/rpc/json_writer.h"

namespace argus::rpc {
namespace {

constexpr std::string_view kDomain = "argus";

struct CodeForms {
  int http;
  std::string_view connect;
};

// Indexed by Code; 0 is OK, which no error has.
constexpr std::array<CodeForms, 17> kForms = {{{200, "ok"},
                                               {499, "canceled"},
                                               {500, "unknown"},
                                               {400, "invalid_argument"},
                                               {504, "deadline_exceeded"},
                                               {404, "not_found"},
                                               {409, "already_exists"},
                                               {403, "permission_denied"},
                                               {429, "resource_exhausted"},
                                               {400, "failed_precondition"},
                                               {409, "aborted"},
                                               {400, "out_of_range"},
                                               {501, "unimplemented"},
                                               {500, "internal"},
                                               {503, "unavailable"},
                                               {500, "data_loss"},
                                               {401, "unauthenticated"}}};

const CodeForms& FormsOf(Code code) { return kForms[static_cast<std::size_t>(code)]; }

google::rpc::ErrorInfo InfoOf(const Error& error) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(error.reason().name));
  info.set_domain(std::string(kDomain));
  for (const auto& [key, value] : error.metadata()) (*info.mutable_metadata())[key] = value;
  return info;
}

google::rpc::BadRequest FieldsOf(const Error& error) {
  google::rpc::BadRequest bad;
  for (const auto& violation : error.fields()) {
    auto* out = bad.add_field_violations();
    out->set_field(ReplaceInvalidUtf8(violation.field));
    out->set_description(ReplaceInvalidUtf8(violation.description));
  }
  return bad;
}

google::rpc::RetryInfo RetryOf(const Error& error) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(error.retry_after().count() / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int>(error.retry_after().count() % 1000 * 1'000'000));
  return retry;
}

// A detail as Connect has it: the type's bare name, the bytes in unpadded base64, and JSON for people.
void WriteConnectDetail(const google::protobuf::Any& detail, std::string& out) {
  std::string value = Base64Encode(detail.value());
  while (value.ends_with('=')) value.pop_back();
  const auto& url = detail.type_url();
  fmt::format_to(std::back_inserter(out), R"({{"type":"{}","value":"{}","debug":)", url.substr(url.rfind('/') + 1), value);
  WriteJson(detail, out);
  out += '}';
}

net::HttpResponse JsonResponse(const Error& error, std::string body) {
  net::HttpResponse response;
  response.status = HttpStatus(error);
  response.headers.Add("Content-Type", "application/json");
  AddRetryAfter(error, response.headers);
  response.body = std::move(body);
  return response;
}

}  // namespace

int HttpStatus(const Error& error) {
  static constexpr std::array<std::pair<Reason, int>, 4> kByReason = {{{reasons::kMethodNotAllowed, 405},
                                                                       {reasons::kBodyTooLarge, 413},
                                                                       {reasons::kUnsupportedMediaType, 415},
                                                                       {reasons::kHeaderTooLarge, 431}}};
  for (const auto& [reason, status] : kByReason) {
    if (error.reason() == reason) return status;
  }
  return FormsOf(error.code()).http;
}

std::string_view ConnectCode(Code code) { return FormsOf(code).connect; }

google::rpc::Status ToStatus(const Error& error, std::string_view correlation_id) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code()));
  status.set_message(ReplaceInvalidUtf8(error.message()));
  status.add_details()->PackFrom(InfoOf(error));
  if (!error.fields().empty()) status.add_details()->PackFrom(FieldsOf(error));
  if (error.retry_after().count() > 0) status.add_details()->PackFrom(RetryOf(error));
  if (!correlation_id.empty()) {
    google::rpc::RequestInfo request;
    request.set_request_id(std::string(correlation_id));
    status.add_details()->PackFrom(request);
  }
  return status;
}

void AddRetryAfter(const Error& error, net::Headers& headers) {
  if (error.retry_after().count() <= 0 && error.code() != Code::kUnavailable) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(error.retry_after()).count();
  headers.Set("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
}

net::HttpResponse RestError(const Error& error, std::string_view correlation_id) {
  const auto status = ToStatus(error, correlation_id);
  std::string body = fmt::format(R"({{"error":{{"code":{},"status":"{}","message":)", HttpStatus(error), CodeName(error.code()));
  WriteJsonString(status.message(), body);
  body += R"(,"details":[)";
  for (const auto& detail : status.details()) {
    if (body.back() != '[') body += ',';
    WriteJson(detail, body);
  }
  body += "]}}";
  return JsonResponse(error, std::move(body));
}

std::string ConnectErrorJson(const Error& error, std::string_view correlation_id) {
  const auto status = ToStatus(error, correlation_id);
  std::string out = fmt::format(R"({{"code":"{}","message":)", ConnectCode(error.code()));
  WriteJsonString(status.message(), out);
  out += R"(,"details":[)";
  for (const auto& detail : status.details()) {
    if (out.back() != '[') out += ',';
    WriteConnectDetail(detail, out);
  }
  out += "]}";
  return out;
}

net::HttpResponse ConnectError(const Error& error, std::string_view correlation_id) {
  return JsonResponse(error, ConnectErrorJson(error, correlation_id));
}

}  // namespace argus::rpc
