#include "platform/telemetry/trace/variables.h"

namespace argus::trace {
namespace {

constexpr Variable kVariables[] = {
    {"OTEL_SDK_DISABLED", "false", "`true` makes no spans at all."},
    {"OTEL_TRACES_EXPORTER", "otlp", "`otlp`, or `none` to make no spans."},
    {"OTEL_SERVICE_NAME", "argus", "`service.name` of the resource; wins over `OTEL_RESOURCE_ATTRIBUTES`."},
    {"OTEL_RESOURCE_ATTRIBUTES", "", "`key=value,…`, percent-encoded, that describe this process."},
    {"OTEL_PROPAGATORS", "tracecontext,baggage",
     "A list; with `tracecontext` the headers `traceparent` and `tracestate` are read and written. `baggage` is accepted "
     "and has no effect; `none` reads nothing."},
    {"OTEL_TRACES_SAMPLER", "parentbased_always_on",
     "`always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, `parentbased_always_off` or "
     "`parentbased_traceidratio`."},
    {"OTEL_TRACES_SAMPLER_ARG", "1.0", "The ratio of `traceidratio`, from 0 to 1."},
    {"OTEL_EXPORTER_OTLP_ENDPOINT", "",
     "Where spans go: `http://host:4318` (`/v1/traces` is appended) or, by gRPC, `http://host:4317`. Without an endpoint "
     "no spans are made."},
    {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", "The same for traces alone; over HTTP the whole URL, used as it is."},
    {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "`http/protobuf` or `grpc`."},
    {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "", "The same for traces alone."},
    {"OTEL_EXPORTER_OTLP_HEADERS", "", "`key=value,…`, percent-encoded, sent with each export."},
    {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "", "The same for traces alone."},
    {"OTEL_EXPORTER_OTLP_TIMEOUT", "10000", "Milliseconds for one export call."},
    {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "", "The same for traces alone."},
    {"OTEL_EXPORTER_OTLP_COMPRESSION", "none", "`gzip` or `none`."},
    {"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "", "The same for traces alone."},
    {"OTEL_EXPORTER_OTLP_CERTIFICATE", "", "A PEM file with the authorities that may sign the collector's certificate."},
    {"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "", "The same for traces alone."},
    {"OTEL_EXPORTER_OTLP_CLIENT_KEY", "", "A PEM file with our key, for mutual TLS."},
    {"OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "", "The same for traces alone."},
    {"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "", "A PEM file with our certificate, for mutual TLS."},
    {"OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "", "The same for traces alone."},
    {"OTEL_EXPORTER_OTLP_INSECURE", "false", "gRPC to an endpoint without a scheme: `true` leaves TLS out."},
    {"OTEL_EXPORTER_OTLP_TRACES_INSECURE", "", "The same for traces alone."},
    {"OTEL_BSP_SCHEDULE_DELAY", "5000", "Milliseconds that a span waits for others before a batch leaves."},
    {"OTEL_BSP_EXPORT_TIMEOUT", "30000", "Milliseconds for one export call; the shorter of this and the exporter's counts."},
    {"OTEL_BSP_MAX_QUEUE_SIZE", "2048", "Spans that wait at most; more are dropped and counted."},
    {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512", "Spans in one export at most; no more than the queue holds."},
    {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "Bytes of a text attribute, cut at a character."},
    {"OTEL_ATTRIBUTE_COUNT_LIMIT", "128", "Attributes of a span."},
    {"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "Bytes of a span's text attribute; wins over the general limit."},
    {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "", "Attributes of a span; wins over the general limit."},
    {"OTEL_SPAN_EVENT_COUNT_LIMIT", "128", "Events of a span."},
    {"OTEL_SPAN_LINK_COUNT_LIMIT", "128", "Links of a span."},
    {"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "128", "Attributes of an event."},
    {"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "128", "Attributes of a link; Argus gives one."},
};

}  // namespace

std::span<const Variable> Variables() { return kVariables; }

}  // namespace argus::trace
