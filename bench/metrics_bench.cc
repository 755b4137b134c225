// The metrics core beside prometheus-cpp: counting by handle, and rendering.
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "bench/ratio.h"
#include "platform/telemetry/metrics/registry.h"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace argus::bench {
namespace {

using metrics::Family;
using metrics::Format;
using metrics::Type;

constexpr int kPairs = 11;
constexpr std::size_t kCalls = 2'000'000;
constexpr int kSeries = 10'000;
constexpr int kSeriesAFamily = 1000;

constexpr Family kHits{Type::kCounter, "hits_total", "Hits.", {"method", "route", "status"}};
constexpr Family kTime{Type::kHistogram, "time_seconds", "Time.", {"method", "route"},
                       {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}};
const std::vector<double> kBounds(kTime.buckets.begin(), kTime.buckets.end());

// Latencies as they come: most of a few milliseconds, some long.
std::vector<double> Latencies() {
  std::vector<double> values(1024);
  unsigned state = 1;
  for (auto& value : values) {
    state = state * 1664525u + 1013904223u;
    const double part = (state >> 8) / 16777216.0;
    value = 0.001 / (1.0001 - part);
  }
  return values;
}

// A registry of each kind with the same families, labels and values.
struct Pair {
  metrics::Registry ours;
  prometheus::Registry peer;
};

const char* FamilyName(int at) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (int i = 0; i < kSeries / kSeriesAFamily; ++i) made.push_back("family_" + std::to_string(i) + "_requests_total");
    return made;
  }();
  return names[at].c_str();
}

void FillCounters(Pair& pair) {
  for (int i = 0; i < kSeries; ++i) {
    const int family = i / kSeriesAFamily;
    const std::string route = "/v1/projects/{project}/things/" + std::to_string(i);
    const auto value = static_cast<unsigned>(i * 37 % 100'000);
    pair.ours.GetCounter({Type::kCounter, FamilyName(family), "Requests answered.", {"method", "route", "status"}},
                         {"GET", route, "200"}).Increment(value);
    prometheus::BuildCounter().Name(FamilyName(family)).Help("Requests answered.").Register(pair.peer)
        .Add({{"method", "GET"}, {"route", route}, {"status", "200"}}).Increment(value);
  }
}

void FillHistograms(Pair& pair, int series) {
  const auto latencies = Latencies();
  auto& peer = prometheus::BuildHistogram().Name("time_seconds").Help("Time.").Register(pair.peer);
  for (int i = 0; i < series; ++i) {
    const std::string route = "/v1/projects/{project}/things/" + std::to_string(i);
    auto& a = pair.ours.GetHistogram(kTime, {"GET", route});
    auto& b = peer.Add({{"method", "GET"}, {"route", route}}, kBounds);
    for (int k = 0; k < 20; ++k) {
      a.Observe(latencies[(i + k) % 1024]);
      b.Observe(latencies[(i + k) % 1024]);
    }
  }
}

std::string PeerText(const prometheus::Registry& registry) {
  return prometheus::TextSerializer().Serialize(registry.Collect());
}

bool Counting() {
  metrics::Registry registry;
  auto& counter = registry.GetCounter(kHits, {"GET", "/v1", "200"});
  prometheus::Counter peer;
  const auto ours = [&](std::size_t n) { while (n-- > 0) counter.Increment(), Apart(); };
  const auto theirs = [&](std::size_t n) { while (n-- > 0) peer.Increment(), Apart(); };
  bool held = Compare("increment by handle, alone", "ns", kPairs, [&] { return NanosEach(kCalls, ours); },
                      [&] { return NanosEach(kCalls, theirs); }, 1 / 1.5);
  held &= Compare("increment by handle, 2 threads", "ns", kPairs, [&] { return NanosEachOn(2, kCalls, ours); },
                  [&] { return NanosEachOn(2, kCalls, theirs); }, 4);
  return held;
}

bool Observing() {
  metrics::Registry registry;
  auto& histogram = registry.GetHistogram(kTime, {"GET", "/v1"});
  prometheus::Histogram peer(kBounds);
  const auto latencies = Latencies();
  const auto ours = [&](std::size_t n) { while (n-- > 0) histogram.Observe(latencies[n % 1024]), Apart(); };
  const auto theirs = [&](std::size_t n) { while (n-- > 0) peer.Observe(latencies[n % 1024]), Apart(); };
  bool held = Compare("observation by handle, alone", "ns", kPairs, [&] { return NanosEach(kCalls, ours); },
                      [&] { return NanosEach(kCalls, theirs); }, 1 / 1.5);
  held &= Compare("observation by handle, 2 threads", "ns", kPairs, [&] { return NanosEachOn(2, kCalls, ours); },
                  [&] { return NanosEachOn(2, kCalls, theirs); }, 4);
  metrics::Registry native(metrics::Registry::Options{.native_histograms = true});
  auto& exponential = native.GetHistogram(kTime, {"GET", "/v1"});
  const auto both = [&](std::size_t n) { while (n-- > 0) exponential.Observe(latencies[n % 1024]), Apart(); };
  Compare("observation, classic and native, 2 threads", "ns", kPairs, [&] { return NanosEachOn(2, kCalls, both); },
          [&] { return NanosEachOn(2, kCalls, theirs); }, 1);
  return held;
}

// Lets as many threads count in every series as a busy server has, so that reading adds up as many rows.
void CountOnManyThreads(Pair& pair) {
  metrics::Counter& counter = pair.ours.GetCounter(kHits, {"GET", "/", "200"});
  std::atomic<int> started{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&] {
      counter.Increment();
      ++started;
      while (started < 24) std::this_thread::yield();
    });
  }
}

bool Rendering(const char* what, Pair& pair, int series, double floor) {
  const auto micros = [](auto render) { return NanosEach(1, [&](std::size_t) { Keep(render()); }) / 1000; };
  const bool held = Compare(what, "us", kPairs, [&] { return micros([&] { return pair.ours.RenderText(); }); },
                            [&] { return micros([&] { return PeerText(pair.peer); }); }, floor);
  for (const auto format : {Format::kText, Format::kOpenMetrics, Format::kProtobuf}) {
    pair.ours.Render(format);
    const double time = micros([&] { return pair.ours.Render(format); });
    const std::size_t before = allocations;
    const std::string text = pair.ours.Render(format);
    std::printf("    %-32.32s %6.0f us, %3.0f ns a series, %zu bytes, %zu allocations in all\n",
                metrics::ContentType(format).data(), time, time * 1000 / series, text.size(), allocations - before);
  }
  return held;
}

int Main() {
  bool held = Counting();
  held &= Observing();
  Pair counters;
  FillCounters(counters);
  held &= Rendering("10,000 series rendered: counters", counters, kSeries, 5);
  Pair histograms;
  FillHistograms(histograms, 625);  // of 16 samples and two sums each
  held &= Rendering("625 histograms rendered (10,625 samples)", histograms, 10'625, 5);
  CountOnManyThreads(counters);
  held &= Rendering("10,000 counters, 24 threads have counted", counters, kSeries, 5);
  held &= Rendering("625 histograms, 24 threads have counted", histograms, 10'625, 5);
  return held ? 0 : 1;
}

}  // namespace
}  // namespace argus::bench

int main() { return argus::bench::Main(); }
