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

inline constexpr Event kRunCompleted{Level::kInfo, "task run completed", "A change was committed on its target."};
inline constexpr Event kRunFailed{Level::kWarn, "task run failed",
                                       "A change was not applied; reason and message say why."};
inline constexpr Event kRunCanceled{Level::kInfo, "task run canceled",
                                         "A change was called off and is proven not applied."};
inline constexpr Event kRunUnknown{Level::kError, "task run outcome unknown",
                                        "Whether a change was committed cannot be proven; a person must resolve the run."};
inline constexpr Event kRunNotRecorded{
    Level::kError, "task run outcome not recorded",
    "The outcome of a run could not be written yet; it is tried again, or left to reconciliation once the lease is lost."};
inline constexpr Event kLeaseLost{Level::kWarn, "task run lease lost",
                                       "A run could not keep its lease and was stopped; reconciliation decides it."};
inline constexpr Event kReconciling{Level::kWarn, "task run reconciling",
                                         "A run was found whose holder is gone; its target is asked for the outcome."};
inline constexpr Event kTargetNotAsked{Level::kWarn, "task run outcome not proven yet",
                                            "The target could not say how a run ended; it is asked again."};
inline constexpr Event kCheckCompleted{Level::kInfo, "plan check completed", "A check of a plan has a verdict."};
inline constexpr Event kCheckFailed{Level::kWarn, "plan check failed", "A check of a plan came to no verdict."};
inline constexpr Event kCheckDropped{Level::kInfo, "plan check dropped",
                                          "A check was canceled, replaced or taken over while it was under way."};
inline constexpr Event kPassFailed{Level::kError, "runner pass failed",
                                        "A runner could not read or write the metastore; it tries again."};

}  // namespace argus::runner::events
