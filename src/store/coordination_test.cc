// Leases, request ids, the outbox, the notifier and the audit log's list.
#include <gmock/gmock.h>

#include "domain/reasons.h"
#include "store/audit_log_store.h"
#include "store/lease_store.h"
#include "store/origin.h"
#include "store/outbox_store.h"
#include "store/request_id_store.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

using testing::ElementsAre;
using CoordinationTest = StoreTest;
ARGUS_STORE_SUITE(CoordinationTest);

class LeaseTest : public StoreTest {
 protected:
  std::optional<Lease> Acquire(const std::string& owner, std::chrono::milliseconds duration) {
    return Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Result<std::optional<Lease>> {
      ARGUS_ASSIGN(auto lease, AcquireLease(tx, "seal", owner, duration));
      ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(Unaudited::kLeaseRenewal));
      return lease;
    }));
  }
};
ARGUS_STORE_SUITE(LeaseTest);

TEST_P(LeaseTest, OneHolderAtATime) {
  const auto first = Acquire("a", std::chrono::hours(1));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->epoch, 1);
  EXPECT_FALSE(Acquire("b", std::chrono::hours(1)));
  const auto renewed = Acquire("a", std::chrono::hours(2));
  EXPECT_EQ(renewed->epoch, 1);
  EXPECT_GT(renewed->expire_time, first->expire_time);
}

TEST_P(LeaseTest, AnExpiredOrReleasedLeaseIsFree) {
  Acquire("a", std::chrono::milliseconds(-1));
  EXPECT_EQ(Acquire("b", std::chrono::hours(1))->epoch, 2);
  Must(WriteVoid([](Transaction& tx) { ReleaseLease(tx, "seal", "a"); }));
  EXPECT_FALSE(Acquire("a", std::chrono::hours(1))) << "only its owner may release it";
  Must(WriteVoid([](Transaction& tx) { ReleaseLease(tx, "seal", "b"); }));
  EXPECT_EQ(Acquire("a", std::chrono::hours(1))->epoch, 3);
}

TEST_P(CoordinationTest, ARequestIsRemembered) {
  const RequestKey key{"users/alice", "argus.v1.PlanService/CreatePlan", "id-1"};
  const Timestamp expiry = clock_.now + std::chrono::hours(24);
  const auto find = [&](const RequestKey& k) {
    return Must(metastore_->Write(ctx_, [&](Transaction& tx) { return FindRequest(tx, k); }));
  };
  EXPECT_FALSE(find(key));
  Must(WriteVoid([&](Transaction& tx) { RecordRequest(tx, key, {"hash", std::string("\0\x01", 2)}, expiry); }));
  ASSERT_TRUE(find(key));
  EXPECT_EQ(find(key)->request_hash, "hash");
  EXPECT_EQ(find(key)->response, std::string("\0\x01", 2));
  EXPECT_FALSE(find({"users/bob", key.method, key.request_id}));

  clock_.now = expiry;
  EXPECT_FALSE(find(key));
  Must(WriteVoid([&](Transaction& tx) { RecordRequest(tx, key, {"other", "x"}, expiry + std::chrono::hours(1)); }));
  EXPECT_EQ(find(key)->request_hash, "other");
  clock_.now += std::chrono::hours(2);
  Must(WriteVoid([](Transaction& tx) { DeleteExpiredRequests(tx); }));
}

class OutboxTest : public StoreTest {
 protected:
  void Announce(const std::string& resource) {
    Must(WriteVoid([&](Transaction& tx) { tx.Announce(Topic::kPlan, resource, 1); }));
  }
  std::vector<std::string> Next(OutboxFeed& feed, std::string_view replica = "another") {
    auto read = Read();
    std::vector<std::string> resources;
    for (const auto& announcement : Must(feed.Next(read, replica, now_))) resources.push_back(announcement.resource);
    return resources;
  }
  MonotonicTime now_{};
};
ARGUS_STORE_SUITE(OutboxTest);

TEST_P(OutboxTest, AFeedTellsWhatComesAfterItOnce) {
  Announce("before");
  auto read = Read();
  OutboxFeed feed = Must(OutboxFeed::Open(read));
  Announce("one");
  Announce("two");
  EXPECT_THAT(Next(feed), ElementsAre("one", "two"));
  EXPECT_THAT(Next(feed), ElementsAre());
  Announce("three");
  EXPECT_THAT(Next(feed, metastore_->replica()), ElementsAre()) << "its own announcements are no news";
}

TEST_P(OutboxTest, ALateCommitIsNotLost) {
  auto read = Read();
  OutboxFeed feed = Must(OutboxFeed::Open(read));
  const auto insert = [&](int id, const char* resource) {
    const std::string overriding = GetParam() == db::Dialect::kPostgres ? "OVERRIDING SYSTEM VALUE " : "";
    const std::string sql = "INSERT INTO outbox (id, replica, topic, resource, version, create_time) " + overriding +
                            "VALUES (:id, 'x', 'PLAN', :resource, 1, 0)";
    Must(WriteVoid([&](Transaction& tx) { tx.Exec({"transaction.raw", sql}, {{"id", id}, {"resource", resource}}); }));
  };
  insert(101, "one");
  insert(104, "four");
  EXPECT_THAT(Next(feed), ElementsAre("one", "four"));
  insert(103, "three");
  EXPECT_THAT(Next(feed), ElementsAre("three"));
  now_ += std::chrono::minutes(2);
  EXPECT_THAT(Next(feed), ElementsAre());
  insert(102, "too late to matter");
  EXPECT_THAT(Next(feed), ElementsAre());
}

TEST_P(OutboxTest, OldAnnouncementsAreTrimmed) {
  auto read = Read();
  OutboxFeed feed = Must(OutboxFeed::Open(read));
  Announce("old");
  clock_.now += std::chrono::hours(1);
  Announce("new");
  Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Status {
    TrimOutbox(tx, clock_.now);
    return tx.CommitUnaudited(Unaudited::kOutboxDelivery);
  }));
  EXPECT_THAT(Next(feed), ElementsAre("new"));
}

TEST_P(CoordinationTest, AuditLogsAreFilteredAndPaged) {
  for (int n = 0; n < 5; ++n) {
    audit::Entry entry = SomeEntry(n % 2 == 0 ? "bb.issue.approve" : "bb.auth.login");
    entry.resource = "projects/play/issues/" + std::to_string(n);
    entry.severity = n == 3 ? v1::AuditLog::CRITICAL : v1::AuditLog::INFO;
    entry.response_status = n == 3 ? audit::ResponseStatus::kDenied : audit::ResponseStatus::kOk;
    clock_.now += std::chrono::seconds(1);
    Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Status { return tx.Commit(entry); }));
  }
  auto read = Read();
  const auto count = [&](const std::string& filter) {
    return Must(ListAuditLogs(read, {.page_size = 1, .filter = filter, .show_total_size = true})).total_size;
  };
  EXPECT_EQ(count(""), 5);
  EXPECT_EQ(count("action = bb.issue.approve"), 3);
  EXPECT_EQ(count("severity = critical"), 1);
  EXPECT_EQ(count("severity = CRITICAL AND response_status = denied"), 1);
  EXPECT_EQ(count("actor:user/login_id=alice"), 5);
  EXPECT_EQ(count("timestamp>=2026-05-23T08:42:13Z AND timestamp<2026-05-23T08:42:15Z"), 2);
  EXPECT_EQ(count("correlation_id = nope"), 0);

  const auto first = Must(ListAuditLogs(read, {.page_size = 2}));
  EXPECT_EQ(first.items.at(0).resource(), "projects/play/issues/4");
  const auto second = Must(ListAuditLogs(read, {.page_size = 2, .page_token = first.next_page_token}));
  EXPECT_EQ(second.items.at(1).resource(), "projects/play/issues/1");
}

TEST(Notifier, TellsListenersOfATopicUntilTheyLeave) {
  Notifier notifier;
  std::vector<std::string> heard;
  const std::vector<Announcement> news{{Topic::kPlan, "p", 1}, {Topic::kIssue, "i", 1}};
  {
    Notifier::Subscription moved;
    {
      auto subscription =
          notifier.Subscribe(Topic::kIssue, [&](const Announcement& a) { heard.push_back(a.resource); });
      moved = std::move(subscription);
    }
    notifier.Publish(news);
  }
  notifier.Publish(news);
  EXPECT_THAT(heard, ElementsAre("i"));
}

TEST(Notifier, TopicsHaveNames) {
  for (int n = 0; n <= static_cast<int>(Topic::kTaskRun); ++n) {
    const Topic topic = static_cast<Topic>(n);
    EXPECT_EQ(ParseTopic(TopicName(topic)), topic);
  }
  EXPECT_EQ(ParseTopic("NOPE"), std::nullopt);
}

TEST(Origin, TraceparentGoesThereAndBack) {
  const TraceContext trace{std::string(32, '1'), std::string(16, '2'), true};
  const TraceContext back = ParseTraceparent(FormatTraceparent(trace));
  EXPECT_EQ(back.trace_id, trace.trace_id);
  EXPECT_EQ(back.span_id, trace.span_id);
  EXPECT_TRUE(back.sampled);
  EXPECT_EQ(FormatTraceparent({}), "");
  EXPECT_EQ(ParseTraceparent("garbage").trace_id, "");
}

}  // namespace
}  // namespace argus::store
