#include "platform/telemetry/trace/sampler.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace argus::trace {
namespace {

constexpr std::size_t kRandomDigits = 14;  // 56 bits
constexpr double kRange = static_cast<double>(std::uint64_t{1} << 56);

bool WithinRatio(double ratio, std::string_view trace_id) {
  const auto digits = trace_id.substr(trace_id.size() - std::min(trace_id.size(), kRandomDigits));
  std::uint64_t random = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), random, 16);
  return static_cast<double>(random) >= (1.0 - ratio) * kRange;
}

}  // namespace

bool IsSampled(const SamplerOptions& sampler, const TraceContext& parent, std::string_view trace_id) {
  if (sampler.parent_based && !parent.trace_id.empty()) return parent.sampled;
  switch (sampler.root) {
    case SamplerOptions::Kind::kAlwaysOn: return true;
    case SamplerOptions::Kind::kAlwaysOff: return false;
    case SamplerOptions::Kind::kRatio: return WithinRatio(sampler.ratio, trace_id);
  }
  return false;
}

}  // namespace argus::trace
