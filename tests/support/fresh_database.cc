#include "tests/support/fresh_database.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/postgres_server.h"

namespace argus::test {

std::string DialectName(const testing::TestParamInfo<db::Dialect>& info) {
  return info.param == db::Dialect::kSqlite ? "Sqlite" : "Postgres";
}

TemporaryFolder::TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "argus-test-XXXXXX") {
  if (!mkdtemp(path_.data())) std::abort();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

FreshDatabase::FreshDatabase(db::Dialect dialect)
    : url_(dialect == db::Dialect::kSqlite ? "sqlite:" + folder_.path() + "/test.db"
                                           : PostgresServer::Shared().CreateDatabase()) {}

std::unique_ptr<db::Database> FreshDatabase::Open(db::Options options) const {
  options.url = url_;
  auto database = db::Database::Open(std::move(options));
  if (!database.ok()) {
    fmt::print(stderr, "FreshDatabase: {}\n", database.error().ToString());
    std::abort();
  }
  return std::move(database).value();
}

}  // namespace argus::test
