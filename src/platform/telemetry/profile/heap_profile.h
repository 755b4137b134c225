// Who holds the memory, and who has ever asked for it: jemalloc's sampling.
#pragma once

#include "platform/base/result.h"
#include "platform/telemetry/profile/profile.h"

namespace argus::profile {

// Whether this process runs on a jemalloc that was told at its start to be ready (malloc_conf with prof:true).
bool HeapProfilesAvailable();

// Allocations are sampled from now on, those before are not seen. Costs a stack walk for every half MiB allocated.
// False when not available. Process-wide.
bool StartHeapSampling();

// Values alloc_objects, alloc_space, inuse_objects, inuse_space, since StartHeapSampling. UNIMPLEMENTED when not available.
Result<Profile> ProfileHeap();

}  // namespace argus::profile
