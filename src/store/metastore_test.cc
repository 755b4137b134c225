#include "store/metastore.h"

#include <atomic>
#include <thread>
#include <vector>

#include "domain/reasons.h"
#include "store/audit_log_store.h"
#include "store/etag.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

using MetastoreTest = StoreTest;
ARGUS_STORE_SUITE(MetastoreTest);

TEST_P(MetastoreTest, ReplicasShareTheServerKey) {
  const auto other = Must(Open());
  EXPECT_EQ(Read().server_key().size(), 32u);
  EXPECT_EQ(other->Read(ctx_).server_key(), Read().server_key());
  EXPECT_NE(other->replica(), metastore_->replica());
}

TEST_P(MetastoreTest, CommitNeedsAnAuditEntry) {
  const Status status = metastore_->Write(ctx_, [](Transaction& tx) -> Status {
    SetPasswordHash(tx, {"alice"}, "x");
    return tx.Commit(std::span<const audit::Entry>());
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::kInternal);
}

TEST_P(MetastoreTest, SuccessWithoutCommitIsAnErrorAndRollsBack) {
  v1::User user;
  user.set_login_id("bob");
  const auto result = metastore_->Write(ctx_, [&](Transaction& tx) { return InsertUser(tx, user, "hash"); });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::kInternal);
  auto read = Read();
  EXPECT_FALSE(Must(AnyUserExists(read)));
}

TEST_P(MetastoreTest, ReadingWithoutCommitIsFine) {
  EXPECT_FALSE(Must(metastore_->Write(ctx_, [](Transaction& tx) { return AnyUserExists(tx); })));
}

TEST_P(MetastoreTest, AnErrorRollsBack) {
  v1::User user;
  user.set_login_id("bob");
  const auto result = metastore_->Write(ctx_, [&](Transaction& tx) -> Result<v1::User> {
    ARGUS_RETURN_IF_ERROR(InsertUser(tx, user, "hash"));
    return Error(Code::kFailedPrecondition, reasons::kGateClosed, "no");
  });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason(), reasons::kGateClosed);
  auto read = Read();
  EXPECT_FALSE(Must(AnyUserExists(read)));
}

TEST_P(MetastoreTest, CommitTellsTheNotifierWhatWasAnnouncedOnce) {
  std::vector<Announcement> heard;
  const auto subscription =
      metastore_->notifier().Subscribe(Topic::kPlan, [&](const Announcement& a) { heard.push_back(a); });
  Must(WriteVoid([&](Transaction& tx) {
    tx.Announce(Topic::kPlan, "projects/p/plans/1", 2);
    tx.Announce(Topic::kPlan, "projects/p/plans/1", 1);
    tx.Announce(Topic::kIssue, "projects/p/issues/1", 1);
    EXPECT_TRUE(heard.empty());
  }));
  EXPECT_EQ(heard, (std::vector<Announcement>{{Topic::kPlan, "projects/p/plans/1", 2}}));
}

TEST_P(MetastoreTest, NothingIsAnnouncedWithoutCommit) {
  int heard = 0;
  const auto subscription = metastore_->notifier().Subscribe(Topic::kPlan, [&](const Announcement&) { ++heard; });
  const Status status = metastore_->Write(ctx_, [](Transaction& tx) -> Status {
    tx.Announce(Topic::kPlan, "projects/p/plans/1");
    return Error(Code::kAborted, reasons::kEtagMismatch, "no");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(heard, 0);
}

TEST_P(MetastoreTest, EntriesAreStampedByTheCommit) {
  audit::Entry entry = SomeEntry("bb.issue.approve");
  entry.resource = "projects/play/issues/42";
  entry.timestamp = FromMicros(1);
  Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Status { return tx.Commit(entry); }));
  auto read = Read();
  const auto page = Must(ListAuditLogs(read, {}));
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.items[0].actor(), "user/login_id=alice");
  EXPECT_EQ(page.items[0].actor_ip(), "10.0.0.1");
  EXPECT_EQ(page.items[0].correlation_id(), "req-1");
  EXPECT_EQ(page.items[0].timestamp().seconds(), 1779525731);
  EXPECT_EQ(page.items[0].resource(), "projects/play/issues/42");
}

TEST_P(MetastoreTest, AuditEntriesHoldHostileText) {
  audit::Entry entry = SomeEntry();
  entry.resource = std::string("projects/\0\xff", 11) + std::string(5000, 'x');
  Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Status { return tx.Commit(entry); }));
  auto read = Read();
  const auto page = Must(ListAuditLogs(read, {}));
  EXPECT_EQ(page.items[0].resource().substr(0, 16), "projects/\uFFFD\uFFFDx");
  EXPECT_LE(page.items[0].resource().size(), 1024u);
}

TEST_P(MetastoreTest, AuditLogRefusesUpdateAndDelete) {
  Must(WriteVoid([](Transaction&) {}));
  for (const char* sql : {"UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"}) {
    const db::Statement tampering{"transaction.tampering", sql};
    const Status status = WriteVoid([&](Transaction& tx) { tx.Exec(tampering, {}); });
    ASSERT_FALSE(status.ok()) << sql;
    EXPECT_EQ(status.error().code(), Code::kFailedPrecondition) << status.error().ToString();
  }
}

TEST_P(MetastoreTest, AuditIdsGrowWithTime) {
  for (int n = 0; n < 5; ++n) Must(WriteVoid([](Transaction&) {}));
  auto read = Read();
  const auto page = Must(ListAuditLogs(read, {.order_by = "timestamp"}));
  std::int64_t last = 0;
  for (const auto& entry : page.items) {
    const std::int64_t id = std::stoll(entry.name().substr(std::string("auditLogs/").size()));
    if (last == 0) {
      EXPECT_EQ(id >> 11, ToMicros(clock_.now));
    }
    EXPECT_GT(id, last);
    last = id;
  }
}

TEST_P(MetastoreTest, AStaleEtagIsAborted) {
  v1::User user = AddUser("bob");
  Must(Write([&](Transaction& tx) { return UpdateUser(tx, user); }));
  const auto stale = Write([&](Transaction& tx) { return UpdateUser(tx, user); });
  ASSERT_FALSE(stale.ok());
  EXPECT_EQ(stale.error().code(), Code::kAborted);
  EXPECT_EQ(stale.error().reason(), reasons::kEtagMismatch);
}

TEST_P(MetastoreTest, ADuplicateNameIsAlreadyExists) {
  const v1::User user = AddUser("bob");
  const auto again = Write([&](Transaction& tx) { return InsertUser(tx, user, "hash"); });
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), Code::kAlreadyExists);
  EXPECT_EQ(again.error().reason(), reasons::kResourceAlreadyExists);
}

TEST_P(MetastoreTest, CollidingTransactionsRunAgain) {
  AddUser("bob");
  std::atomic<int> attempts{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) {
        RequestContext ctx;
        Must(metastore_->Write(ctx, [&](Transaction& tx) -> Status {
          ++attempts;
          ARGUS_ASSIGN(auto user, GetUser(tx, {"bob"}));
          user.set_title(user.title() + "+");
          ARGUS_RETURN_IF_ERROR(UpdateUser(tx, user));
          return tx.Commit(SomeEntry());
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  auto read = Read();
  EXPECT_EQ(Must(GetUser(read, {"bob"})).title(), "Title of bob" + std::string(20, '+'));
  EXPECT_GE(attempts.load(), 20);
}

TEST_P(MetastoreTest, LeaseTimeGoesForward) {
  const Timestamp first = Must(metastore_->LeaseNow(ctx_));
  EXPECT_GE(Must(metastore_->LeaseNow(ctx_)), first);
  if (GetParam() == db::Dialect::kSqlite) {
    EXPECT_EQ(first, clock_.now);
  }
}

TEST(Etag, EmptyOrEqualPasses) {
  EXPECT_TRUE(CheckEtag("3", "").ok());
  EXPECT_TRUE(CheckEtag("3", "3").ok());
  EXPECT_EQ(CheckEtag("3", "2").error().reason(), reasons::kEtagMismatch);
  EXPECT_EQ(VersionOf("42"), 42);
  EXPECT_EQ(VersionOf("x"), 0);
  EXPECT_EQ(VersionOf("4x"), 0);
}

}  // namespace
}  // namespace argus::store
