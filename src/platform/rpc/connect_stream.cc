#include "platform/rpc/connect_stream.h"

#include <utility>

#include "platform/base/reasons.h"
#include "platform/net/gzip.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/json_writer.h"

namespace argus::rpc {
namespace {

constexpr unsigned char kCompressed = 1;
constexpr unsigned char kEndStream = 2;
constexpr std::size_t kPrefix = 5;
constexpr std::size_t kWorthCompressing = 1024;

std::string Frame(unsigned char flags, std::string_view bytes) {
  std::string frame;
  frame.reserve(kPrefix + bytes.size());
  frame += static_cast<char>(flags);
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(bytes.size() >> shift & 0xFF);
  frame += bytes;
  return frame;
}

std::size_t LengthOf(std::string_view prefix) {
  std::size_t length = 0;
  for (const char c : prefix.substr(1, 4)) length = length << 8 | static_cast<unsigned char>(c);
  return length;
}

// {"name":["value",…],…}, the values of one name together.
void WriteMetadata(const net::Headers& trailers, std::string& out) {
  net::Headers written;
  out += '{';
  for (const auto& [name, first] : trailers) {
    if (written.Has(name)) continue;
    if (written.size() > 0) out += ',';
    written.Add(name, "");
    WriteJsonString(name, out);
    out += ":[";
    for (const auto value : trailers.GetAll(name)) {
      if (out.back() != '[') out += ',';
      WriteJsonString(value, out);
    }
    out += ']';
  }
  out += '}';
}

}  // namespace

std::string EncodeMessage(Codec codec, const google::protobuf::Message& message) {
  return codec == Codec::kJson ? ToJson(message) : message.SerializeAsString();
}

Result<Envelope> OnlyEnvelope(std::string body) {
  if (body.size() < kPrefix || LengthOf(body) != body.size() - kPrefix) {
    return Error(Code::kInvalidArgument, reasons::kInvalidBody, "the body must hold exactly one enveloped message");
  }
  const auto flags = static_cast<unsigned char>(body[0]);
  if (flags > kCompressed) {
    return Error(Code::kInvalidArgument, reasons::kInvalidBody, "the envelope has flags that a request cannot have");
  }
  return Envelope{flags == kCompressed, body.substr(kPrefix)};
}

std::string EndEnvelope(Call& call, const Status& status) {
  std::string json = "{";
  if (!status.ok()) json += "\"error\":" + ConnectErrorJson(status.error(), call.context().correlation_id);
  if (call.response_trailers().size() > 0) {
    json += status.ok() ? "\"metadata\":" : ",\"metadata\":";
    WriteMetadata(call.response_trailers(), json);
  }
  json += '}';
  return Frame(kEndStream, json);
}

void ConnectStream::Start(std::shared_ptr<net::StreamSink> sink) {
  sink_ = std::move(sink);
  Begin();
}

void ConnectStream::OnStop(net::StopReason reason) {
  if (reason == net::StopReason::kDeadline) {
    Stop(Error(Code::kDeadlineExceeded, reasons::kDeadlineExceeded, "the stream reached its deadline"));
  } else {
    Stop(Error(Code::kUnavailable, reasons::kDraining, "the server is shutting down; open the stream again")
             .WithRetryAfter(std::chrono::seconds(1)));
  }
}

void ConnectStream::Send(const google::protobuf::Message& message) {
  const std::string bytes = EncodeMessage(codec_, message);
  const bool pack = gzip_ && bytes.size() >= kWorthCompressing;
  sink_->Write(pack ? Frame(kCompressed, net::Gzip(bytes)) : Frame(0, bytes), false);
}

}  // namespace argus::rpc
