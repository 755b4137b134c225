// The marker table argus_internal.task_marker of a PostgreSQL target. No role is named as its schema is: "$user", which
// leads the default search_path, would take a script's unqualified names there. A role "argus" is likely.
#pragma once

#include <optional>
#include <string>

#include "platform/base/result.h"
#include "target/driver.h"
#include "target/postgres/session.h"

namespace argus::target::postgres {

inline constexpr auto kMarkerSchema = "argus_internal";
inline constexpr auto kMarkerTable = "argus_internal.task_marker";

// Whether the session's role can keep markers here, with the table made where it is missing and may be made, in a
// transaction of its own; concurrent callers do not disturb each other. False is no error: the transaction id is the
// proof then. A table that is not the role's own, the database owner's or a superuser's is not used: its triggers would
// run with our rights.
Result<bool> EnsureMarkerTable(const RequestContext& ctx, Session& session);
// The same question without making anything.
Result<bool> CanKeepMarkers(const RequestContext& ctx, Session& session);

// The INSERT, as text for a batch of our own. It waits for an earlier attempt at the task that is still open, and fails
// with kUniqueViolation when one was committed.
std::string InsertMarkerSql(const Session& session, const Marker& marker);
inline constexpr auto kUniqueViolation = "23505";
// A query that tells in one cell how often exactly this marker stands in the table: 1 or 0.
std::string CountMarkerSql(const Session& session, const Marker& marker);

// nullopt: there is none.
Result<std::optional<Marker>> ReadMarker(const RequestContext& ctx, Session& session, const std::string& task);

}  // namespace argus::target::postgres
