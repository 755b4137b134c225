// The store's contract suite: every test runs on SQLite and on PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "contract/contract.h"
#include "store/database_store.h"
#include "store/instance_store.h"
#include "store/metastore.h"
#include "store/plan_store.h"
#include "store/project_store.h"
#include "store/rollout_store.h"
#include "store/statements.h"
#include "store/user_store.h"
#include "tests/support/fresh_database.h"

namespace argus::store {

class FakeClock final : public Clock {
 public:
  Timestamp Now() const override { return now; }
  Timestamp now = FromMicros(1779525731123456);
};

inline audit::Entry SomeEntry(std::string action = "bb.test.write") {
  audit::Entry entry;
  entry.action = std::move(action);
  return entry;
}

// The value, or the error as the test's failure.
template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.error().ToString();
  return std::move(result).value();
}
inline void Must(const Status& status) {
  if (!status.ok()) ADD_FAILURE() << status.error().ToString();
}

class StoreTest : public testing::TestWithParam<db::Dialect> {
 protected:
  StoreTest() {
    ctx_.actor = "user/login_id=alice";
    ctx_.client_address = "10.0.0.1";
    ctx_.correlation_id = "req-1";
    ctx_.trace = {std::string(32, 'a'), std::string(16, 'b'), true};
    metastore_ = Must(Open());
  }

  // Another replica on the same database.
  Result<std::unique_ptr<Metastore>> Open() {
    db::Options options{.url = fresh_.url()};
    options.observer = [this](const RequestContext&, const db::StatementEvent& event) {
      std::lock_guard lock(mutex_);
      executed_.emplace(event.name);
    };
    return Metastore::Open(std::move(options), clock_);
  }

  // What was run and is neither registered in AllStatements nor composed by a list belongs to db itself.
  void TearDown() override {
    std::set<std::string> known;
    for (const db::Statement& statement : AllStatements()) known.emplace(statement.name);
    for (const std::string& name : executed_) {
      const bool composed = name.ends_with(".list") || name.ends_with(".count");
      const bool of_database = name.starts_with("transaction.") || name.starts_with("migration") ||
                               name.starts_with("schema_migration") || name.starts_with("clock.") || name == "ping";
      EXPECT_TRUE(composed || of_database || known.contains(name)) << name << " is missing in AllStatements()";
    }
  }

  // One audited transaction around `work` (Transaction& -> Result<T> or Status).
  template <typename Work>
  auto Write(Work&& work) {
    using Outcome = std::invoke_result_t<Work&, Transaction&>;
    return metastore_->Write(ctx_, [&](Transaction& tx) -> Outcome {
      Outcome outcome = work(tx);
      if (outcome.ok()) ARGUS_RETURN_IF_ERROR(tx.Commit(SomeEntry()));
      return outcome;
    });
  }
  // The same around a function that returns nothing.
  template <typename Work>
  Status WriteVoid(Work&& work) {
    return Write([&](Transaction& tx) -> Status {
      work(tx);
      return Ok();
    });
  }

  Snapshot Read() { return metastore_->Read(ctx_); }

  v1::User AddUser(const std::string& login_id) {
    v1::User user;
    user.set_login_id(login_id);
    user.set_title("Title of " + login_id);
    user.set_email(login_id + "@example.org");
    user.set_state(v1::ACTIVE);
    return Must(Write([&](Transaction& tx) { return InsertUser(tx, user, "hash"); }));
  }
  domain::ProjectName AddProject(const std::string& id) {
    v1::Project project;
    project.set_title("Project " + id);
    project.set_state(v1::ACTIVE);
    Must(Write([&](Transaction& tx) { return InsertProject(tx, {id}, project); }));
    return {id};
  }
  domain::InstanceName AddInstance(const std::string& id, const std::string& environment = "environments/dev") {
    v1::Instance instance;
    instance.set_title("Instance " + id);
    instance.set_engine(v1::POSTGRES);
    instance.set_environment(environment);
    instance.set_state(v1::ACTIVE);
    Must(Write([&](Transaction& tx) { return InsertInstance(tx, {id}, instance, {}); }));
    return {id};
  }
  void AddDatabases(const domain::InstanceName& instance, const std::vector<std::string>& databases) {
    Must(Write([&](Transaction& tx) { return ReplaceDatabases(tx, instance, databases); }));
  }
  v1::Plan AddPlan(const domain::ProjectName& project, const std::string& title = "Plan") {
    v1::Plan plan;
    plan.set_title(title);
    plan.set_state(v1::Plan::DRAFT);
    plan.set_creator("users/alice");
    return Must(Write([&](Transaction& tx) { return InsertPlan(tx, project, plan); }));
  }

  RequestContext ctx_;
  FakeClock clock_;
  test::FreshDatabase fresh_{GetParam()};
  std::mutex mutex_;
  std::set<std::string> executed_;
  std::unique_ptr<Metastore> metastore_;
};

inline std::string DialectOf(const testing::TestParamInfo<db::Dialect>& info) { return test::DialectName(info); }

#define ARGUS_STORE_SUITE(Suite) \
  INSTANTIATE_TEST_SUITE_P(Dialects, Suite, testing::ValuesIn(test::kDialects), DialectOf)

}  // namespace argus::store
