#include "platform/telemetry/profile/profile.h"

#include <algorithm>

namespace argus::profile {

void Profile::Add(SampleKey key, std::span<const std::int64_t> values) {
  auto& sum = samples.try_emplace(std::move(key), types.size(), 0).first->second;
  for (std::size_t i = 0; i < std::min(sum.size(), values.size()); ++i) sum[i] += values[i];
}

Profile Difference(const Profile& before, Profile after) {
  after.duration = after.time - before.time;
  after.time = before.time;
  for (const auto& [key, values] : before.samples) {
    std::vector<std::int64_t> negated;
    for (const auto value : values) negated.push_back(-value);
    after.Add(key, negated);
  }
  std::erase_if(after.samples, [](const auto& sample) {
    return std::ranges::all_of(sample.second, [](std::int64_t value) { return value == 0; });
  });
  return after;
}

}  // namespace argus::profile
