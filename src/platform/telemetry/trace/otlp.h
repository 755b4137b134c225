// From recorded spans to the messages of OTLP.
#pragma once

#include <memory>
#include <vector>

#include "platform/telemetry/trace/exporter.h"
#include "platform/telemetry/trace/span_data.h"

namespace argus::trace {

// All spans under one resource and one scope. Text that is not UTF-8 is mended, which protobuf asks for.
ExportRequest ToOtlp(const std::vector<std::unique_ptr<SpanData>>& spans,
                     const std::vector<std::pair<std::string, std::string>>& resource);

}  // namespace argus::trace
