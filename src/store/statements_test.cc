#include "store/statements.h"

#include "store/test_fixture.h"

namespace argus::store {
namespace {

using StatementsTest = StoreTest;
ARGUS_STORE_SUITE(StatementsTest);

TEST_P(StatementsTest, EveryStatementIsUnderstood) {
  for (const db::Statement& statement : AllStatements()) {
    const Status status = metastore_->Prepare(statement);
    EXPECT_TRUE(status.ok()) << statement.name << ": " << status.error().ToString();
  }
}

TEST_P(StatementsTest, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const db::Statement& statement : AllStatements()) {
    EXPECT_TRUE(names.insert(statement.name).second) << statement.name;
  }
}

}  // namespace
}  // namespace argus::store
