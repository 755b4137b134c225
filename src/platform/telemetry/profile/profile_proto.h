// pprof's format: perftools.profiles.Profile (profile.proto of github.com/google/pprof).
#pragma once

#include <string>

#include "platform/telemetry/profile/profile.h"
#include "platform/telemetry/symbols/symbolizer.h"

namespace argus::profile {

// The serialized message, with functions, files, lines and the mappings with their build ids, so that a reader needs
// nothing else. By convention it travels gzipped.
std::string EncodeProfile(const Profile& profile, const symbols::Symbolizer& symbolizer);

}  // namespace argus::profile
