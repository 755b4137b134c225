// Connect's streaming frames, and a server stream written in them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/net/http_types.h"
#include "platform/rpc/stream_pump.h"

namespace argus::rpc {

enum class Codec { kJson, kProto };
std::string EncodeMessage(Codec codec, const google::protobuf::Message& message);

struct Envelope {
  bool compressed = false;
  std::string bytes;
};
// The one message that opens a server stream: a flag byte, four bytes of length (big endian), the message. INVALID_BODY
// for anything else.
Result<Envelope> OnlyEnvelope(std::string body);

// The last frame: {"error":…,"metadata":…}.
std::string EndEnvelope(Call& call, const Status& status);

class ConnectStream final : public StreamPump, public net::StreamProducer {
 public:
  ConnectStream(std::unique_ptr<Call> call, WorkerPool& workers, Codec codec, bool gzip)
      : StreamPump(std::move(call), workers), codec_(codec), gzip_(gzip) {}

  void Start(std::shared_ptr<net::StreamSink> sink) override;
  void OnWritten() override { Sent(); }
  void OnStop(net::StopReason reason) override;
  void OnClosed() override { Abandon(); }
  MonotonicTime deadline() const override { return call().context().deadline; }

 private:
  void Send(const google::protobuf::Message& message) override;
  void Finish(const Status& status) override { sink_->Write(EndEnvelope(call(), status), true); }

  const Codec codec_;
  const bool gzip_;
  std::shared_ptr<net::StreamSink> sink_;
};

}  // namespace argus::rpc
