// What the request side logs.
#pragma once

#include "platform/telemetry/log/logger.h"

namespace argus::api::events {

inline constexpr log::Event kRequest{log::Level::kInfo, "request completed",
                                     "One request was answered or refused, or one stream ended; the access log."};
inline constexpr log::Event kProbe{log::Level::kDebug, "request completed",
                                   "The same for a health probe or a scrape of the metrics."};
inline constexpr log::Event kRequestFailed{log::Level::kError, "request failed",
                                           "The server, or what it depends on, failed a request; error holds the cause."};
inline constexpr log::Event kDenialNotRecorded{log::Level::kError, "denied request not recorded",
                                               "A refused or failed request could not be written to the audit log."};
inline constexpr log::Event kNotReady{log::Level::kWarn, "not ready",
                                      "The metastore stopped answering; /readyz says 503."};
inline constexpr log::Event kReady{log::Level::kInfo, "ready", "The metastore answers; /readyz says 200."};

inline constexpr log::Event kStuck{log::Level::kError, "stuck",
                                   "Something made no progress for ten seconds; /healthz says 503."};
inline constexpr log::Event kUnstuck{log::Level::kWarn, "no longer stuck", "What was stuck moves again; /healthz says 200."};

}  // namespace argus::api::events
