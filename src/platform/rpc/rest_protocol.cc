#include "platform/rpc/rest_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "platform/base/reasons.h"
#include "platform/net/gzip.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/field_text.h"
#include "platform/rpc/http_call.h"
#include "platform/rpc/json_reader.h"
#include "platform/rpc/json_writer.h"

namespace argus::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Status BindBody(const HttpBinding& binding, std::string_view body, Message& message) {
  if (body.empty()) return Ok();
  if (binding.body.empty()) {
    return Error(Code::kInvalidArgument, reasons::kInvalidBody, "this method takes no body");
  }
  if (binding.body == "*") return ReadJson(body, message);
  const auto* field = FindField(message.GetDescriptor(), binding.body);
  return ReadJson(body, *message.GetReflection()->MutableMessage(&message, field), field->json_name());
}

// A query may not reach into what the body fills or the path names.
bool TakenElsewhere(const RouteTable::Match& match, const Message& message, const std::string& path) {
  const auto& body = match.binding->body;
  if (body == "*") return true;
  const auto* type = message.GetDescriptor();
  if (!body.empty() && path.substr(0, path.find('.')) == ResolvePath(type, body).canonical) return true;
  return std::any_of(match.variables.begin(), match.variables.end(),
                     [&](const auto& variable) { return ResolvePath(type, variable.first).canonical == path; });
}

Status BindQuery(const RouteTable::Match& match, std::string_view query, Message& message) {
  ARGUS_ASSIGN(const auto pairs, ParseQuery(query));
  std::set<std::string> seen;
  for (const auto& [name, value] : pairs) {
    const auto [path, field] = ResolvePath(message.GetDescriptor(), name);
    if (TakenElsewhere(match, message, path)) return InvalidField(path, "cannot be given in the query of this method");
    if (!seen.insert(path).second && field && !field->is_repeated()) return InvalidField(path, "is given twice");
    ARGUS_RETURN_IF_ERROR(BindText(message, path, value));
  }
  return Ok();
}

// The string at a path of singular fields, or null.
const std::string* StringAt(const Message& root, std::string_view path, std::string& scratch) {
  const Message* message = &root;
  for (;;) {
    const auto dot = path.find('.');
    const auto* field = FindField(message->GetDescriptor(), path.substr(0, dot));
    if (!field || field->is_repeated()) return nullptr;
    if (dot == std::string_view::npos) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return nullptr;
      return &message->GetReflection()->GetStringReference(*message, field, &scratch);
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return nullptr;
    message = &message->GetReflection()->GetMessage(*message, field);
    path.remove_prefix(dot + 1);
  }
}

Status BindPath(const RouteTable::Match& match, Message& message) {
  for (const auto& [path, value] : match.variables) {
    std::string scratch;
    const std::string* given = StringAt(message, path, scratch);
    if (given && !given->empty() && *given != value) {
      return InvalidField(ResolvePath(message.GetDescriptor(), path).canonical, "contradicts the path of the request");
    }
    ARGUS_RETURN_IF_ERROR(BindText(message, path, value));
  }
  return Ok();
}

Status CheckContentType(std::string_view type, bool has_body) {
  if (!has_body || type.empty() || MediaType(type) == "application/json") return Ok();
  return Error(Code::kInvalidArgument, reasons::kUnsupportedMediaType, "the content type must be application/json");
}

void SetDecoder(const RouteTable::Match& match, net::HttpRequest& request, Arrival& arrival) {
  arrival.decode = [&match, query = std::move(request.query), body = std::move(request.body),
                    refusal = std::move(request.body_error), type = std::string(arrival.headers.Get("Content-Type")),
                    encoding = std::string(arrival.headers.Get("Content-Encoding")),
                    limit = arrival.method->body_limit()](Message& message) mutable -> Status {
    if (refusal) return *refusal;
    ARGUS_RETURN_IF_ERROR(CheckContentType(type, !body.empty()));
    ARGUS_ASSIGN(const std::string plain, Unpack(encoding, std::move(body), limit));
    return BindRest(match, query, plain, message);
  };
}

std::string ResponseBody(const HttpBinding& binding, const Message& message) {
  if (binding.response_body.empty()) return ToJson(message);
  const auto* field = FindField(message.GetDescriptor(), binding.response_body);
  return ToJson(message.GetReflection()->GetMessage(message, field));
}

net::HttpResponse Answer(Call& call, const HttpBinding& binding, const Result<MessagePtr>& result) {
  if (!result.ok()) return RestError(result.error(), call.context().correlation_id);
  net::HttpResponse response;
  response.headers.Add("Content-Type", "application/json");
  response.body = ResponseBody(binding, **result);
  return response;
}

}  // namespace

Status BindRest(const RouteTable::Match& match, std::string_view query, std::string_view body, Message& message) {
  ARGUS_RETURN_IF_ERROR(BindBody(*match.binding, body, message));
  ARGUS_RETURN_IF_ERROR(BindQuery(match, query, message));
  return BindPath(match, message);
}

net::HttpResponse ServeRest(const Dispatcher& dispatcher, const RouteTable::Match& match, net::HttpRequest&& request) {
  Arrival arrival = ArrivalOf(*match.method, dispatcher.options(), request);
  arrival.protocol = Protocol::kRest;
  arrival.route = match.binding->pattern;
  SetDecoder(match, request, arrival);
  Call call(std::move(arrival));
  auto response = Answer(call, *match.binding, dispatcher.Run(call));
  AddResponseHeaders(call, "", response);
  net::CompressIfAccepted(call.headers().Get("Accept-Encoding"), response);
  return response;
}

}  // namespace argus::rpc
