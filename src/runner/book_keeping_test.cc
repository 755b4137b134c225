// The runners that keep the books: schema sync, housekeeping, outbox.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "command/command_test_support.h"
#include "command/fake_server_test_support.h"
#include "platform/runtime/wakeup.h"
#include "runner/housekeeping_runner.h"
#include "runner/outbox_runner.h"
#include "runner/schema_sync_runner.h"
#include "store/database_store.h"
#include "store/instance_store.h"
#include "store/request_id_store.h"
#include "store/revision_store.h"
#include "store/session_store.h"

namespace argus::runner {
namespace {

using command::Must;
using std::chrono::hours;
using std::chrono::seconds;

constexpr seconds kPatience{20};

class BookKeepingTest : public command::CommandTest {
 protected:
  static log::Options Silent() { return {true, log::Level::kError, open("/dev/null", O_WRONLY | O_CLOEXEC)}; }

  // Asks `done` again whenever something is announced under the topic; false when it never became true.
  bool Await(store::Topic topic, const std::function<bool()>& done) {
    Wakeup bell;
    const auto subscription = metastore_->notifier().Subscribe(topic, [&](const auto&) { bell.Signal(); });
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      bell.WaitFor(std::chrono::milliseconds(500));
    }
    return true;
  }

  log::Logger logger_{Silent()};
  metrics::Registry registry_;
  RunMetrics metrics_{registry_};
};

class SchemaSyncRunnerTest : public BookKeepingTest {
 protected:
  SchemaSyncRunnerTest() {
    v1::Instance instance;
    instance.set_engine(v1::POSTGRES);
    instance.set_state(v1::ACTIVE);
    Write([&](store::Transaction& tx) { Must(store::InsertInstance(tx, {"pg1"}, instance, {})); });
  }
  static command::Targets::Drivers Drivers() {
    command::Targets::Drivers drivers;
    drivers.emplace(v1::POSTGRES, std::make_unique<command::FakeServer>());
    return drivers;
  }
  std::string Fingerprint() {
    auto reader = Read();
    return Must(store::GetSchemaFingerprint(reader, {"pg1", "shop"}));
  }
  void OverwriteSchema() {
    v1::DatabaseSchema schema;
    schema.set_fingerprint("old");
    Write([&](store::Transaction& tx) { store::PutDatabaseSchema(tx, {"pg1", "shop"}, schema); });
  }

  // As the end of a task run does.
  void RecordChange() {
    Write([&](store::Transaction& tx) {
      Must(store::InsertChangelog(tx, {"pg1", "shop"}, {}));
      tx.Announce(store::Topic::kSchemaSync, "instances/pg1/databases/shop");
    });
  }

  std::unique_ptr<secret::Keyring> keyring_ = Must(secret::Keyring::LoadOrCreate(folder_.path() + "/keys"));
  command::Targets targets_{*metastore_, *keyring_, Drivers()};
  command::SchemaSync sync_{*metastore_, targets_};
};
ARGUS_COMMAND_SUITE(SchemaSyncRunnerTest);

TEST_P(SchemaSyncRunnerTest, ReadsStaleInstancesAtTheStart) {
  SchemaSyncRunner runner(*metastore_, sync_, logger_, metrics_);
  EXPECT_TRUE(Await(store::Topic::kDatabase, [&] { return Fingerprint() == "f1"; }));
}

TEST_P(SchemaSyncRunnerTest, ReadsWhatAChangeLeftDue) {
  Must(sync_.SyncInstance(ctx_, {"pg1"}));
  SchemaSyncRunner runner(*metastore_, sync_, logger_, metrics_);
  OverwriteSchema();
  EXPECT_EQ(Fingerprint(), "old");
  RecordChange();
  EXPECT_TRUE(Await(store::Topic::kDatabase, [&] { return Fingerprint() == "f1"; }));
  auto reader = Read();
  EXPECT_TRUE(Must(store::DatabasesAwaitingSync(reader)).empty());
}

TEST_P(SchemaSyncRunnerTest, FindsAfterARestartWhatIsStillDue) {
  Must(sync_.SyncInstance(ctx_, {"pg1"}));
  OverwriteSchema();
  RecordChange();
  SchemaSyncRunner runner(*metastore_, sync_, logger_, metrics_);
  EXPECT_TRUE(Await(store::Topic::kDatabase, [&] { return Fingerprint() == "f1"; }));
}

TEST_P(SchemaSyncRunnerTest, LeavesTheWorkToItsSuccessor) {
  { SchemaSyncRunner first(*metastore_, sync_, logger_, metrics_); }
  SchemaSyncRunner second(*metastore_, sync_, logger_, metrics_);
  EXPECT_TRUE(Await(store::Topic::kDatabase, [&] { return Fingerprint() == "f1"; }));
}

using HousekeepingTest = BookKeepingTest;
ARGUS_COMMAND_SUITE(HousekeepingTest);

TEST_P(HousekeepingTest, RemovesOnlyWhatIsOver) {
  const auto add = [&](const std::string& id, hours lifetime) {
    const Timestamp end = clock_.Now() + lifetime;
    Write([&](store::Transaction& tx) {
      store::InsertSession(tx, {id, {"alice"}, tx.now(), tx.now(), "", ""}, {{id + "-access", end}, {id + "-refresh", end}});
      store::RecordRequest(tx, {"users/alice", "m", id}, {"hash", "response"}, end);
    });
  };
  const auto is_there = [&](const std::string& id) {
    auto reader = Read();
    return Must(store::FindToken(reader, store::TokenKind::kRefresh, id + "-refresh")).has_value();
  };
  add("short", hours(1));
  add("long", hours(100));
  clock_.passed += hours(2) + HousekeepingRunner::kSessionGrace;
  HousekeepingRunner runner(*metastore_, logger_, metrics_);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (is_there("short") && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_FALSE(is_there("short"));
  EXPECT_TRUE(is_there("long"));
}

// Two replicas on one PostgreSQL.
class OutboxRunnerTest : public BookKeepingTest {
 protected:
  std::unique_ptr<store::Metastore> other_ = Must(store::Metastore::Open({.url = fresh_.url()}, clock_));
  std::unique_ptr<db::Notifier> wire_ = Must(db::Notifier::Open({.url = fresh_.url()}));
  std::unique_ptr<db::Notifier> other_wire_ = Must(db::Notifier::Open({.url = fresh_.url()}));
};
INSTANTIATE_TEST_SUITE_P(Dialects, OutboxRunnerTest, testing::Values(db::Dialect::kPostgres), command::DialectOf);

TEST_P(OutboxRunnerTest, PublishesWhatAnotherReplicaCommitted) {
  // Without the poll, so that only a notification can wake them.
  OutboxRunner here(*metastore_, *wire_, logger_, metrics_, hours(1));
  OutboxRunner there(*other_, *other_wire_, logger_, metrics_, hours(1));
  Wakeup bell;
  const auto subscription = other_->notifier().Subscribe(store::Topic::kProject, [&](const store::Announcement& what) {
    if (what.resource.starts_with("projects/p")) bell.Signal();
  });
  // What is announced before the runner has begun to listen is not for it.
  bool heard = false;
  for (int i = 0; i < 20 && !heard; ++i) {
    AddProject("p" + std::to_string(i));
    heard = bell.WaitFor(seconds(1));
  }
  EXPECT_TRUE(heard);
}

TEST_P(OutboxRunnerTest, PollsWhereNotificationsAreLost) {
  OutboxRunner there(*other_, *other_wire_, logger_, metrics_, std::chrono::milliseconds(50));
  Wakeup bell;
  const auto subscription = other_->notifier().Subscribe(store::Topic::kProject, [&](const auto&) { bell.Signal(); });
  bool heard = false;
  for (int i = 0; i < 20 && !heard; ++i) {
    AddProject("p" + std::to_string(i));
    heard = bell.WaitFor(seconds(1));
  }
  EXPECT_TRUE(heard);
}

}  // namespace
}  // namespace argus::runner
