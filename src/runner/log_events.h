// What the runners log.
#pragma once

#include "platform/telemetry/log/logger.h"

namespace argus::runner::events {

using log::Event;
using log::Level;

inline constexpr Event kSyncFailed{Level::kWarn, "schema sync failed",
                                   "A target could not be read; the database keeps the error. Tried again at the next sync."};
inline constexpr Event kSyncSkipped{Level::kWarn, "instances for the schema sync cannot be listed",
                                    "The metastore did not answer; tried again at the next pass."};
inline constexpr Event kHousekeepingFailed{Level::kWarn, "housekeeping failed",
                                           "Expired rows stay until the next pass, an hour later."};
inline constexpr Event kOutboxFailed{Level::kWarn, "outbox cannot be read",
                                     "What other replicas did is noticed late; tried again within seconds."};

}  // namespace argus::runner::events
