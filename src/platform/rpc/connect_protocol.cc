#include "platform/rpc/connect_protocol.h"

#include <charconv>
#include <utility>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/net/gzip.h"
#include "platform/rpc/connect_stream.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/http_call.h"
#include "platform/rpc/json_reader.h"
#include "platform/rpc/json_writer.h"

namespace argus::rpc {
namespace {

using google::protobuf::Message;

// A call's message as it came, not yet looked at.
struct Payload {
  Codec codec = Codec::kJson;
  std::string encoding;  // of `bytes`
  std::string bytes;
};

Error Unsupported(std::string_view expected) {
  return Error(Code::kInvalidArgument, reasons::kUnsupportedMediaType,
               "the content type must be " + std::string(expected));
}

// "application/json" -> JSON; with `prefix` "application/connect+" the streaming forms.
Result<Codec> CodecOf(std::string_view content_type, std::string_view prefix) {
  const std::string type = MediaType(content_type);
  if (type.starts_with(prefix)) {
    const auto name = std::string_view(type).substr(prefix.size());
    if (name == "json") return Codec::kJson;
    if (name == "proto") return Codec::kProto;
  }
  return Unsupported(std::string(prefix) + "json or " + std::string(prefix) + "proto");
}

Result<Payload> UnaryPayload(net::HttpRequest& request) {
  ARGUS_ASSIGN(const Codec codec, CodecOf(request.headers.Get("Content-Type"), "application/"));
  return Payload{codec, std::string(request.headers.Get("Content-Encoding")), std::move(request.body)};
}

Error BadQuery(std::string_view what) {
  return Error(Code::kInvalidArgument, reasons::kInvalidBody, "a Connect GET " + std::string(what));
}

Result<Payload> GetPayload(const Method& method, const net::HttpRequest& request) {
  if (!method.side_effect_free()) {
    return Error(Code::kUnimplemented, reasons::kMethodNotAllowed, "this method may have side effects; use POST");
  }
  ARGUS_ASSIGN(const auto pairs, ParseQuery(request.query));
  Payload payload;
  std::string codec, base64;
  for (const auto& [name, value] : pairs) {
    if (name == "encoding") codec = value;
    if (name == "message") payload.bytes = value;
    if (name == "base64") base64 = value;
    if (name == "compression") payload.encoding = value;
    if (name == "connect" && value != "v1") return BadQuery("speaks connect=v1 only");
  }
  if (codec != "json" && codec != "proto") return Unsupported("encoding=json or encoding=proto");
  payload.codec = codec == "json" ? Codec::kJson : Codec::kProto;
  if (base64 != "1") return payload;
  while (payload.bytes.ends_with('=')) payload.bytes.pop_back();
  auto bytes = Base64UrlDecode(payload.bytes);
  if (!bytes) return BadQuery("with base64=1 needs a message in URL-safe base64");
  payload.bytes = *std::move(bytes);
  return payload;
}

Result<Payload> StreamPayload(net::HttpRequest& request) {
  ARGUS_ASSIGN(const Codec codec, CodecOf(request.headers.Get("Content-Type"), "application/connect+"));
  ARGUS_ASSIGN(auto envelope, OnlyEnvelope(std::move(request.body)));
  if (!envelope.compressed) return Payload{codec, "", std::move(envelope.bytes)};
  const auto encoding = request.headers.Get("Connect-Content-Encoding");
  if (encoding.empty() || encoding == "identity") {
    return Error(Code::kInternal, reasons::kInvalidBody, "the envelope is compressed, but no encoding is named");
  }
  return Payload{codec, std::string(encoding), std::move(envelope.bytes)};
}

Status DecodePayload(Payload payload, std::size_t limit, Message& message) {
  ARGUS_ASSIGN(const std::string bytes, Unpack(payload.encoding, std::move(payload.bytes), limit));
  if (payload.codec == Codec::kJson) return ReadJson(bytes, message);
  if (message.ParseFromString(bytes)) return Ok();
  return Error(Code::kInvalidArgument, reasons::kInvalidBody, "the body is not a protobuf message of this method");
}

Status CheckVersion(const net::Headers& headers) {
  const auto version = headers.Get("Connect-Protocol-Version");
  if (version.empty() || version == "1") return Ok();
  return Error(Code::kInvalidArgument, reasons::kInvalidField, "Connect-Protocol-Version must be 1");
}

// Connect-Timeout-Ms: at most ten digits. It can only shorten the deadline.
Status ApplyTimeout(const net::Headers& headers, RequestContext& context) {
  const auto text = headers.Get("Connect-Timeout-Ms");
  if (text.empty()) return Ok();
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc() || end != text.data() + text.size() || text.size() > 10 || milliseconds < 0) {
    return Error(Code::kInvalidArgument, reasons::kInvalidField, "Connect-Timeout-Ms must be up to ten digits");
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  context.deadline = std::min(context.deadline, deadline);
  return Ok();
}

// A request that is wrong in itself is refused by the decoder, inside the interceptors, so that it is seen there.
void SetDecoder(Result<Payload> payload, std::optional<Error> refusal, Arrival& arrival) {
  Status checked = CheckVersion(arrival.headers);
  if (checked.ok()) checked = ApplyTimeout(arrival.headers, arrival.context);
  if (!checked.ok() && !refusal) refusal = checked.error();
  arrival.decode = [payload = std::move(payload), refusal = std::move(refusal),
                    limit = arrival.method->body_limit()](Message& message) mutable -> Status {
    if (refusal) return *refusal;
    if (!payload.ok()) return payload.error();
    return DecodePayload(std::move(payload).value(), limit, message);
  };
}

net::HttpResponse UnaryResponse(Call& call, Codec codec, const Message& message) {
  net::HttpResponse response;
  response.headers.Add("Content-Type", codec == Codec::kJson ? "application/json" : "application/proto");
  response.body = EncodeMessage(codec, message);
  AddResponseHeaders(call, "Trailer-", response);
  const bool get = call.http_method() == "GET";
  net::CompressIfAccepted(call.headers().Get("Accept-Encoding"), response);
  if (get) response.headers.Add("Cache-Control", "no-store");
  return response;
}

net::HttpResponse UnaryError(Call& call, const Error& error) {
  auto response = ConnectError(error, call.context().correlation_id);
  if (response.status == 415) response.headers.Add("Accept-Post", "application/json, application/proto");
  if (response.status == 405) response.headers.Add("Allow", "POST");
  AddResponseHeaders(call, "Trailer-", response);
  return response;
}

net::HttpResponse ServeUnary(const Dispatcher& dispatcher, Arrival arrival, Codec codec) {
  Call call(std::move(arrival));
  const auto result = dispatcher.Run(call);
  return result.ok() ? UnaryResponse(call, codec, **result) : UnaryError(call, result.error());
}

net::HttpResponse ServeStream(const Dispatcher& dispatcher, WorkerPool& workers, Arrival arrival, Codec codec) {
  auto call = std::make_unique<Call>(std::move(arrival));
  const auto result = dispatcher.Run(*call);
  net::HttpResponse response;
  response.headers.Add("Content-Type", codec == Codec::kJson ? "application/connect+json" : "application/connect+proto");
  for (const auto& [name, value] : call->response_headers()) response.headers.Add(name, value);
  const bool gzip = net::AcceptsGzip(call->headers().Get("Connect-Accept-Encoding"));
  if (!result.ok()) {
    response.body = EndEnvelope(*call, result.error());
    return response;
  }
  if (gzip) response.headers.Add("Connect-Content-Encoding", "gzip");
  response.stream = std::make_shared<ConnectStream>(std::move(call), workers, codec, gzip);
  return response;
}

}  // namespace

net::HttpResponse ServeConnect(const Dispatcher& dispatcher, WorkerPool& workers, const Method& method,
                               net::HttpRequest&& request) {
  const bool unary = method.kind() == MethodKind::kUnary;
  auto refusal = std::move(request.body_error);
  auto payload = !unary                    ? StreamPayload(request)
                 : request.method == "GET" ? GetPayload(method, request)
                                           : UnaryPayload(request);
  // The codec of the answer, even if the payload is refused for another reason.
  const auto streaming = CodecOf(request.headers.Get("Content-Type"), "application/connect+");
  const Codec codec = payload.ok() ? payload->codec : streaming.ok() ? *streaming : Codec::kJson;
  Arrival arrival = ArrivalOf(method, dispatcher.options(), request);
  arrival.protocol = Protocol::kConnect;
  arrival.route = method.path();
  SetDecoder(std::move(payload), std::move(refusal), arrival);
  if (unary || !streaming.ok()) return ServeUnary(dispatcher, std::move(arrival), codec);
  return ServeStream(dispatcher, workers, std::move(arrival), codec);
}

}  // namespace argus::rpc
