// jemalloc's own heap profile, as prof.dump writes it.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/base/result.h"
#include "platform/telemetry/profile/profile.h"

namespace argus::profile {

// "heap_v2/524288", then for each stack "@ 0x… 0x…" (return addresses, innermost first) and its totals
// "t*: objects: bytes [objects: bytes]", live and ever allocated. The values are samples, one in so many bytes, and are
// scaled up to what they stand for. INTERNAL / INTERNAL for other text. The values of the profile are alloc_objects, alloc_space, inuse_objects, inuse_space.
Result<Profile> ParseHeapText(std::string_view text);

}  // namespace argus::profile
