// The waits of threads for one another (platform/runtime/wait_sites.h) as a profile.
#pragma once

#include "platform/runtime/wait_sites.h"
#include "platform/telemetry/profile/profile.h"

namespace argus::profile {

// Values contentions and delay, since RecordWaits().
Profile WaitProfile(const WaitSites& sites);

}  // namespace argus::profile
