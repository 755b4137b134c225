#include "store/migrations/migrations.h"

namespace argus::store {

std::span<const db::Migration> Migrations() {
  static const db::Migration migrations[] = {
      {1, "initial", kInitialSqlite, kInitialPostgres, 1},
      {2, "signals", kSignalsSqlite, kSignalsPostgres, 1},
      {3, "correlation", kCorrelationSqlite, kCorrelationPostgres, 1},
  };
  return migrations;
}

}  // namespace argus::store
