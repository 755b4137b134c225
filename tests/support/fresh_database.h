// Empty databases for tests, so that one suite runs on SQLite and on PostgreSQL:
//
//   class StoreTest : public testing::TestWithParam<db::Dialect> { … FreshDatabase fresh_{GetParam()}; };
//   INSTANTIATE_TEST_SUITE_P(Dialects, StoreTest, testing::ValuesIn(kDialects), DialectName);
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "platform/db/database.h"

namespace argus::test {

inline constexpr std::array kDialects{db::Dialect::kSqlite, db::Dialect::kPostgres};

// Names the instances of a suite that is run by dialect: "Sqlite", "Postgres".
std::string DialectName(const testing::TestParamInfo<db::Dialect>& info);

// A folder that is removed with all it holds.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// An empty database of the dialect; on PostgreSQL one of PostgresServer::Shared().
class FreshDatabase {
 public:
  explicit FreshDatabase(db::Dialect dialect);

  const std::string& url() const { return url_; }
  // Opens it (again); ends the process when it cannot be opened. `options.url` is filled in.
  std::unique_ptr<db::Database> Open(db::Options options = {}) const;

 private:
  TemporaryFolder folder_;
  std::string url_;
};

}  // namespace argus::test
