#include <fmt/format.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "platform/telemetry/trace/exporter.h"

namespace argus::trace {
namespace {

using ExportResponse = opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse;
using std::chrono::milliseconds;

constexpr auto kMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
constexpr milliseconds kGlance{100};  // how often to look whether to give up

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<grpc::ChannelCredentials> Credentials(const Options& options) {
  if (options.insecure) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  if (!options.ca_file.empty()) ssl.pem_root_certs = ReadFile(options.ca_file);
  if (!options.client_key_file.empty()) ssl.pem_private_key = ReadFile(options.client_key_file);
  if (!options.client_certificate_file.empty()) ssl.pem_cert_chain = ReadFile(options.client_certificate_file);
  return grpc::SslCredentials(ssl);
}

// The collector's RetryInfo, if it gave one.
std::optional<milliseconds> RetryDelay(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const auto& any : details.details()) {
    google::rpc::RetryInfo info;
    if (!any.UnpackTo(&info)) continue;
    return milliseconds(info.retry_delay().seconds() * 1000 + info.retry_delay().nanos() / 1'000'000);
  }
  return std::nullopt;
}

// OTLP specification, "Failures" over gRPC. RESOURCE_EXHAUSTED is retryable only where the collector says when.
bool AsksToComeAgain(const grpc::Status& status, bool says_when) {
  switch (status.error_code()) {
    case grpc::CANCELLED:
    case grpc::DEADLINE_EXCEEDED:
    case grpc::ABORTED:
    case grpc::OUT_OF_RANGE:
    case grpc::UNAVAILABLE:
    case grpc::DATA_LOSS:
      return true;
    case grpc::RESOURCE_EXHAUSTED:
      return says_when;
    default:
      return false;
  }
}

Delivery Failed(const grpc::Status& status) {
  Delivery delivery;
  delivery.retry_after = RetryDelay(status);
  delivery.verdict = AsksToComeAgain(status, delivery.retry_after.has_value()) ? Delivery::Verdict::kAgain
                                                                               : Delivery::Verdict::kRefused;
  delivery.detail = fmt::format("the collector answered gRPC status {}: {}", static_cast<int>(status.error_code()),
                                status.error_message());
  return delivery;
}

// A partial success is a success: what was left out is not sent again.
Delivery Taken(const ExportResponse& response) {
  Delivery delivery{.rejected = response.partial_success().rejected_spans()};
  if (delivery.rejected > 0) {
    delivery.detail = fmt::format("{} spans were rejected: {}", delivery.rejected,
                                  response.partial_success().error_message());
  }
  return delivery;
}

// gRPC takes header names in lower case only.
std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

class GrpcExporter final : public Exporter {
 public:
  explicit GrpcExporter(const Options& options)
      : gzip_(options.gzip), stub_(grpc::CreateChannel(options.endpoint, Credentials(options))) {
    for (const auto& [name, value] : options.headers) headers_.emplace_back(Lower(name), value);
  }

  Delivery Export(const ExportRequest& request, milliseconds timeout, const std::function<bool()>& give_up) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    if (gzip_) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    for (const auto& [name, value] : headers_) context.AddMetadata(name, value);
    ExportResponse response;
    const auto status = Call(context, request, response, give_up);
    return status.ok() ? Taken(response) : Failed(status);
  }

 private:
  grpc::Status Call(grpc::ClientContext& context, const ExportRequest& request, ExportResponse& response,
                    const std::function<bool()>& give_up) {
    grpc::Status status;
    grpc::CompletionQueue queue;
    const auto call = stub_.PrepareUnaryCall(&context, kMethod, request, &queue);
    call->StartCall();
    call->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    while (queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + kGlance) ==
           grpc::CompletionQueue::NextStatus::TIMEOUT) {
      if (give_up()) context.TryCancel();
    }
    return status;
  }

  const bool gzip_;
  std::vector<std::pair<std::string, std::string>> headers_;
  grpc::TemplatedGenericStub<ExportRequest, ExportResponse> stub_;
};

}  // namespace

std::unique_ptr<Exporter> MakeGrpcExporter(const Options& options) { return std::make_unique<GrpcExporter>(options); }

}  // namespace argus::trace
