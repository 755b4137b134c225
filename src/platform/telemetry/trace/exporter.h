// What carries batches of spans to a collector.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/telemetry/trace/options.h"

namespace opentelemetry::proto::collector::trace::v1 {
class ExportTraceServiceRequest;
}

namespace argus::trace {

using ExportRequest = opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;

struct Delivery {
  enum class Verdict {
    kTaken,
    kAgain,    // no answer, or one that asks to come again
    kRefused,  // for good
  };
  Verdict verdict = Verdict::kTaken;
  std::int64_t rejected = 0;                             // of a batch that was taken: spans that were left out
  std::optional<std::chrono::milliseconds> retry_after;  // kAgain: as the collector said
  std::string detail;                                    // for the log; empty when all was taken
};

// Used by one thread.
class Exporter {
 public:
  virtual ~Exporter() = default;
  // One attempt. Ends within `timeout`, and soon after `give_up` turned true.
  virtual Delivery Export(const ExportRequest& request, std::chrono::milliseconds timeout,
                          const std::function<bool()>& give_up) = 0;
};

// OTLP over HTTP/1.1 with binary protobuf: 429, 502, 503, 504 and no answer mean again, 200 is taken.
std::unique_ptr<Exporter> MakeHttpExporter(const Options& options);
// OTLP over gRPC: the codes that the OTLP specification calls retryable mean again.
std::unique_ptr<Exporter> MakeGrpcExporter(const Options& options);

}  // namespace argus::trace
