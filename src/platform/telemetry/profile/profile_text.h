// Profiles for people: what Go's debug=1 shows, which `go tool pprof` reads too.
#pragma once

#include <string>

#include "platform/telemetry/profile/profile.h"
#include "platform/telemetry/symbols/symbolizer.h"

namespace argus::profile {

// "goroutine profile: total 3\n2 @ 0x1 0x2\n#\t0x1\tfunction\tfile:line\n…", the largest first. For profiles with one value.
std::string CountText(const Profile& profile, const symbols::Symbolizer& symbolizer);
// "heap profile: 1: 16 [2: 32] @ heap/524288\n…". For profiles of ProfileHeap.
std::string HeapText(const Profile& profile, const symbols::Symbolizer& symbolizer);
// "--- mutex:\ncycles/second=1000000000\nsampling period=1\n100 2 @ 0x1\n…", `name` being mutex or contention. For WaitProfile.
std::string WaitText(const std::string& name, const Profile& profile, const symbols::Symbolizer& symbolizer);

}  // namespace argus::profile
