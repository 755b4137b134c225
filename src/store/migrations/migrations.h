// The steps of the metastore's schema. A released step never changes; a new one is a new pair of files,
// NNNN_<name>_sqlite.cc and NNNN_<name>_postgres.cc, and a line in migrations.cc.
#pragma once

#include <span>
#include <string_view>

#include "platform/db/migrations.h"

namespace argus::store {

// The schema that this binary is written for: the last migration's version.
inline constexpr int kSchemaVersion = 3;
std::span<const db::Migration> Migrations();

extern const std::string_view kInitialSqlite;
extern const std::string_view kInitialPostgres;
extern const std::string_view kSignalsSqlite;
extern const std::string_view kSignalsPostgres;
extern const std::string_view kCorrelationSqlite;
extern const std::string_view kCorrelationPostgres;

}  // namespace argus::store
