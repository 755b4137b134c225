// What a span costs: off, unsampled and recorded.
#include "bench/ratio.h"
#include "platform/telemetry/trace/exporter.h"
#include "platform/telemetry/trace/tracer.h"

namespace argus::bench {
namespace {

constexpr int kRuns = 11;
constexpr double kOffCeiling = 5;  // ns

class Nowhere final : public trace::Exporter {
 public:
  trace::Delivery Export(const trace::ExportRequest&, std::chrono::milliseconds, const std::function<bool()>&) override {
    return {};
  }
};

// Nanoseconds that a span with five attributes takes of the thread that makes it.
double SpanNanos(const trace::Tracer& tracer, std::size_t count) {
  RequestContext ctx;
  return NanosEach(count, [&](std::size_t n) {
    while (n-- > 0) {
      auto span = tracer.Start(ctx, {.name = "GET /v1/projects", .kind = trace::SpanKind::kServer});
      span.SetAll({{"http.request.method", "GET"}, {"http.route", "/v1/projects"}, {"url.path", "/v1/projects"},
                   {"url.scheme", "http"}, {"http.response.status_code", 200}});
      Keep(span);
    }
  });
}

double BareSpanNanos(const trace::Tracer& tracer, std::size_t count) {
  RequestContext ctx;
  return NanosEach(count, [&](std::size_t n) {
    while (n-- > 0) {
      const auto span = tracer.Start(ctx, {.name = "authenticate"});
      Keep(span);
    }
  });
}

template <typename Measure>
Spread Print(const char* what, Measure measure) {
  measure();
  std::vector<double> times;
  for (int i = 0; i < kRuns; ++i) times.push_back(measure());
  const Spread spread(times);
  std::printf("%-52s %8.2f ns [%.2f .. %.2f]", what, spread.median, spread.low, spread.high);
  return spread;
}

bool Off() {
  constexpr std::size_t kCalls = 5'000'000;
  const trace::Tracer off;
  bool held = Print("a span, off", [&] { return BareSpanNanos(off, kCalls); }).median <= kOffCeiling;
  std::printf("  ceiling %.0f ns: %s\n", kOffCeiling, held ? "held" : "MISSED");
  Print("a span with five attributes, off", [&] { return SpanNanos(off, kCalls); });
  std::printf("\n");
  return held;
}

// As many at a time as the queue holds, so that none is dropped, which would be cheaper.
void On() {
  constexpr std::size_t kCalls = 20'000;
  trace::Options options;
  options.queue_limit = kCalls;
  const trace::Tracer tracer(options, std::make_unique<Nowhere>());
  const auto recorded = [&] {
    tracer.Flush(std::chrono::seconds(30));
    return SpanNanos(tracer, kCalls);
  };
  Print("a span with five attributes, recorded", recorded);
  std::printf("  %llu dropped\n", static_cast<unsigned long long>(tracer.counters().dropped.queue_full));
  options.sampler.root = trace::SamplerOptions::Kind::kAlwaysOff;
  const trace::Tracer unsampled(options, std::make_unique<Nowhere>());
  Print("a span with five attributes, unsampled", [&] { return SpanNanos(unsampled, kCalls); });
  std::printf("\n");
}

int Main() {
  const bool held = Off();
  On();
  return held ? 0 : 1;
}

}  // namespace
}  // namespace argus::bench

int main() { return argus::bench::Main(); }
