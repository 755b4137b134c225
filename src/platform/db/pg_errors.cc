#include "platform/db/pg_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/db/errors.h"

namespace argus::db {
namespace {

bool IsUnavailable(std::string_view sqlstate) {
  constexpr std::array<std::string_view, 4> kClasses{"08", "28", "53", "57"};
  constexpr std::array<std::string_view, 5> kStates{"3D000",   // The database does not exist.
                                                    "55P03",   // Lock not available in time.
                                                    "25006",   // Read-only: the server is a standby by now.
                                                    "25P03",   // Idle in a transaction for too long.
                                                    "25P04"};  // A transaction for too long.
  return std::find(kClasses.begin(), kClasses.end(), sqlstate.substr(0, 2)) != kClasses.end() ||
         std::find(kStates.begin(), kStates.end(), sqlstate) != kStates.end();
}

std::string Field(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

}  // namespace

Error ClassifySqlState(std::string_view sqlstate, std::string cause) {
  if (sqlstate.empty() || IsUnavailable(sqlstate)) return Unavailable(std::move(cause));
  if (sqlstate == "40001" || sqlstate == "40P01") return SerializationConflict(std::move(cause));
  if (sqlstate == "23505") return UniqueViolation(std::move(cause));
  if (sqlstate.starts_with("23")) return ConstraintViolation(std::move(cause));
  return StatementRefused(std::move(cause));
}

// The detail is left out: it quotes the row.
PgReport ReadPgReport(const PGresult* result) {
  PgReport report;
  report.sqlstate = Field(result, PG_DIAG_SQLSTATE);
  const std::string severity = Field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  report.fatal = severity == "FATAL" || severity == "PANIC";
  if (report.sqlstate.empty()) {
    const char* message = result ? PQresultErrorMessage(result) : "";
    report.cause = *message ? message : "no answer from the server";
  } else {
    report.cause = fmt::format("{} {}: {}", severity, report.sqlstate, Field(result, PG_DIAG_MESSAGE_PRIMARY));
  }
  return report;
}

}  // namespace argus::db
