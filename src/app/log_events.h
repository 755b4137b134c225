// What the composition root logs.
#pragma once

#include "platform/telemetry/log/logger.h"

namespace argus::app {

inline constexpr log::Event kServerReady{log::Level::kInfo, "server ready", "All listeners answer; gives their ports."};
inline constexpr log::Event kServerDraining{log::Level::kInfo, "server draining",
                                            "SIGTERM or SIGINT came: readiness is off, what runs is waited for."};
inline constexpr log::Event kServerStopped{log::Level::kInfo, "server stopped", "Everything has ended in order."};
inline constexpr log::Event kDrainCut{log::Level::kWarn, "drain deadline passed",
                                      "Requests or task runs were still under way and were cancelled."};
inline constexpr log::Event kAdminMade{log::Level::kInfo, "first admin made",
                                       "No user existed; `admin` was made. The password is in the data directory."};
inline constexpr log::Event kDemoSeeded{log::Level::kWarn, "demo data seeded",
                                        "--demo: well-known passwords are in force. Never where it matters."};

inline constexpr log::Event kVariableIgnored{log::Level::kWarn, "variable ignored",
                                             "An OTEL_* variable has a value that is not understood: its default stands."};
inline constexpr log::Event kExportFailed{log::Level::kWarn, "spans not exported",
                                              "The collector did not take a batch; at most once a minute."};
inline constexpr log::Event kExportRecovered{log::Level::kInfo, "spans exported again",
                                           "The collector takes spans again, after a failure."};

}  // namespace argus::app
