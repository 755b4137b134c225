#include "platform/telemetry/profile/profile_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace argus::profile {
namespace {

using Sample = std::pair<const SampleKey, std::vector<std::int64_t>>;

// By the value `by`, the largest first.
std::vector<const Sample*> Sorted(const Profile& profile, std::size_t by) {
  std::vector<const Sample*> samples;
  for (const auto& sample : profile.samples) samples.push_back(&sample);
  std::ranges::stable_sort(samples, [by](const auto* a, const auto* b) { return a->second[by] > b->second[by]; });
  return samples;
}

// Readers expect return addresses here.
void AppendAddresses(const SampleKey& key, std::string& out) {
  out += " @";
  for (const auto address : key.stack) out += fmt::format(" {:#x}", address + 1);
  out += '\n';
}

void AppendFrames(const SampleKey& key, const symbols::Symbolizer& symbolizer, std::string& out) {
  std::string labels;
  for (const auto& [name, text] : key.labels) {
    labels += fmt::format("{}\"{}\":\"{}\"", labels.empty() ? "" : ", ", name, text);
  }
  if (!labels.empty()) out += fmt::format("# labels: {{{}}}\n", labels);
  for (const auto address : key.stack) {
    for (const auto& source : symbolizer.Frames(address)) {
      out += fmt::format("#\t{:#x}\t{}\t{}:{}\n", address + 1, source.function, source.file, source.line);
    }
  }
  out += '\n';
}

}  // namespace

std::string CountText(const Profile& profile, const symbols::Symbolizer& symbolizer) {
  std::int64_t total = 0;
  for (const auto& [key, values] : profile.samples) total += values[0];
  std::string out = fmt::format("{} profile: total {}\n", profile.types[0].type, total);
  for (const auto* sample : Sorted(profile, 0)) {
    out += fmt::format("{}", sample->second[0]);
    AppendAddresses(sample->first, out);
    AppendFrames(sample->first, symbolizer, out);
  }
  return out;
}

std::string HeapText(const Profile& profile, const symbols::Symbolizer& symbolizer) {
  std::array<std::int64_t, 4> sum{};
  for (const auto& [key, values] : profile.samples) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i];
  }
  // The values stand, so that the rate of 1 keeps readers from scaling them again.
  std::string out =
      fmt::format("heap profile: {}: {} [{}: {}] @ heap/1\n", sum[2], sum[3], sum[0], sum[1]);
  for (const auto* sample : Sorted(profile, 3)) {
    const auto& values = sample->second;
    out += fmt::format("{}: {} [{}: {}]", values[2], values[3], values[0], values[1]);
    AppendAddresses(sample->first, out);
    AppendFrames(sample->first, symbolizer, out);
  }
  return out;
}

std::string WaitText(const std::string& name, const Profile& profile, const symbols::Symbolizer& symbolizer) {
  std::string out = fmt::format("--- {}:\ncycles/second=1000000000\nsampling period=1\n", name);
  for (const auto* sample : Sorted(profile, 1)) {
    out += fmt::format("{} {}", sample->second[1], sample->second[0]);
    AppendAddresses(sample->first, out);
    AppendFrames(sample->first, symbolizer, out);
  }
  return out;
}

}  // namespace argus::profile
