#include "platform/telemetry/profile/wait_profile.h"

namespace argus::profile {

Profile WaitProfile(const WaitSites& sites) {
  Profile profile;
  profile.types = {{"contentions", "count"}, {"delay", "nanoseconds"}};
  profile.period_type = {"contentions", "count"};
  profile.period = 1;
  profile.time = SystemClock().Now();
  for (const auto* site : sites.All()) {
    SampleKey key;
    for (const auto address : site->frames()) key.stack.push_back(address - 1);
    const std::int64_t values[] = {site->count(), site->waited().count()};
    profile.Add(std::move(key), values);
  }
  return profile;
}

}  // namespace argus::profile
