#include "target/sqlite/marker.h"

#include <fmt/format.h>

namespace argus::target::sqlite {
namespace {

constexpr auto kCreate = R"(CREATE TABLE IF NOT EXISTS main.argus_task_marker (
  task TEXT NOT NULL PRIMARY KEY, task_run TEXT NOT NULL, attempt_token TEXT NOT NULL, content_hash TEXT NOT NULL,
  applied_at TEXT NOT NULL))";
constexpr auto kInsert = "INSERT INTO main.argus_task_marker VALUES ({}, {}, {}, {}, datetime('now'))";
constexpr auto kCount = "SELECT 1 FROM main.argus_task_marker WHERE task = ?1 AND task_run = ?2 AND attempt_token = ?3";
constexpr auto kRead = "SELECT task, task_run, attempt_token, content_hash FROM main.argus_task_marker WHERE task = ?1";

std::string Literal(const std::string& text) {
  std::string literal = "'";
  for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
  return literal + "'";
}

}  // namespace

std::optional<SqliteError> EnsureMarkerTable(Handle& handle) { return handle.Exec(kCreate); }

std::optional<SqliteError> InsertMarker(Handle& handle, const Marker& marker) {
  return handle.Exec(fmt::format(kInsert, Literal(marker.task), Literal(marker.task_run), Literal(marker.attempt_token),
                                 Literal(marker.content_hash)));
}

bool HasMarker(Handle& handle, const Marker& marker) {
  const auto rows = handle.Query(kCount, {marker.task, marker.task_run, marker.attempt_token});
  return rows.ok() && rows->size() == 1;
}

Result<std::optional<Marker>> ReadMarker(Handle& handle, const std::string& task) {
  ARGUS_ASSIGN(const auto rows, handle.Query(kRead, {task}));
  if (rows.empty()) return std::optional<Marker>();
  const auto& row = rows.front();
  return std::optional(Marker{row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3].value_or("")});
}

}  // namespace argus::target::sqlite
