#include "store/metrics.h"

#include <gmock/gmock.h>

#include "platform/base/reasons.h"
#include "platform/db/errors.h"
#include "store/freeze_violation_store.h"
#include "store/gauge_store.h"
#include "store/outbox_store.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

using testing::HasSubstr;

class StoreMetricsTest : public StoreTest {
 protected:
  StoreMetricsTest() { counted_ = Must(Metastore::Open({.url = fresh_.url()}, clock_, &metrics_)); }
  std::string Text() const { return registry_.RenderText(); }

  metrics::Registry registry_;
  StoreMetrics metrics_{registry_};
  std::unique_ptr<Metastore> counted_;
};
ARGUS_STORE_SUITE(StoreMetricsTest);

TEST_P(StoreMetricsTest, EntriesCountWhenTheyAreCommitted) {
  metrics_.KnowAction("bb.user.create");
  EXPECT_THAT(Text(), HasSubstr("argus_audit_log_entry_total{action=\"bb.user.create\",status=\"denied\"} 0"));
  Must(counted_->Write(ctx_, [&](Transaction& tx) -> Status { return tx.Commit(SomeEntry("bb.user.create")); }));
  EXPECT_THAT(Text(), HasSubstr("argus_audit_log_entry_total{action=\"bb.user.create\",status=\"ok\"} 1"));
}

TEST_P(StoreMetricsTest, WhatIsRolledBackIsNot) {
  int called = 0;
  const Status failed = counted_->Write(ctx_, [&](Transaction& tx) -> Status {
    tx.OnCommitted([&] { ++called; });
    return Error(Code::kAborted, reasons::kInternal, "no");
  });
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(called, 0);
}

// Each attempt registers what it would count; only that of the one that committed happens.
TEST_P(StoreMetricsTest, ATransactionThatIsRunAgainCountsOnce) {
  int attempts = 0, called = 0;
  Must(counted_->Write(ctx_, [&](Transaction& tx) -> Status {
    tx.OnCommitted([&] { ++called; });
    if (++attempts < 3) return db::SerializationConflict("test");
    return tx.Commit(SomeEntry("bb.test.again"));
  }));
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(called, 1);
  EXPECT_THAT(Text(), HasSubstr("argus_audit_log_entry_total{action=\"bb.test.again\",status=\"ok\"} 1"));
}

TEST_P(StoreMetricsTest, StatementsAreTimedByName) {
  metrics_.StatementEnded({"plan.get", std::chrono::milliseconds(3), true});
  metrics_.StatementEnded({"plan.get", std::chrono::milliseconds(30), false});
  EXPECT_THAT(Text(),
              HasSubstr("argus_metastore_query_duration_seconds_bucket{statement=\"plan.get\",le=\"0.005\"} 1"));
  EXPECT_THAT(Text(), HasSubstr("argus_metastore_query_duration_seconds_count{statement=\"plan.get\"} 2"));
  EXPECT_THAT(Text(), HasSubstr("argus_metastore_query_failed_total 1"));
}

using GaugeStoreTest = StoreTest;
ARGUS_STORE_SUITE(GaugeStoreTest);

TEST_P(GaugeStoreTest, AnEmptyMetastoreHasNothingToShow) {
  auto reader = Read();
  EXPECT_TRUE(Must(CountOpenRollouts(reader)).empty());
  EXPECT_TRUE(Must(CountOpenIssues(reader)).empty());
  EXPECT_FALSE(Must(OldestRunningSince(reader)));
  EXPECT_FALSE(Must(OldestApprovalPendingSince(reader)));
  EXPECT_FALSE(Must(LastAuditEntryTime(reader)));
  EXPECT_TRUE(Must(InstanceTlsConfigs(reader)).empty());
  const auto standbys = Must(ReadStandbys(*metastore_, ctx_));
  EXPECT_EQ(standbys.connected, 0);
  EXPECT_FALSE(standbys.replay_lag);
}

TEST_P(GaugeStoreTest, TheLastEntryIsTheNewest) {
  AddProject("play");
  clock_.now += std::chrono::minutes(5);
  AddProject("work");
  auto reader = Read();
  EXPECT_EQ(Must(LastAuditEntryTime(reader)), clock_.now);
}

TEST_P(GaugeStoreTest, ATaskMeetsAWindowOnceAKind) {
  v1::MaintenanceWindowSetting::FreezeWindow window;
  window.mutable_start_time()->set_seconds(1000);
  window.mutable_end_time()->set_seconds(2000);
  const auto insert = [&](FreezeViolation kind, const std::string& task) {
    return Must(Write([&](Transaction& tx) { return InsertFreezeViolation(tx, kind, task, window); }));
  };
  EXPECT_TRUE(insert(FreezeViolation::kBlocked, "t1"));
  EXPECT_FALSE(insert(FreezeViolation::kBlocked, "t1"));
  EXPECT_TRUE(insert(FreezeViolation::kOverridden, "t1"));
  EXPECT_TRUE(insert(FreezeViolation::kBlocked, "t2"));
  window.mutable_end_time()->set_seconds(3000);
  EXPECT_TRUE(insert(FreezeViolation::kBlocked, "t1"));
}

TEST_P(GaugeStoreTest, TheBacklogIsWhatOthersAnnouncedAndNobodyRead) {
  auto reader = Read();
  auto feed = Must(OutboxFeed::Open(reader));
  Must(WriteVoid([](Transaction& tx) { tx.Announce(Topic::kPlan, "projects/play/plans/1"); }));
  EXPECT_EQ(Must(feed.Backlog(reader, "another")), 1);
  EXPECT_EQ(Must(feed.Backlog(reader, metastore_->replica())), 0);
  Must(feed.Next(reader, "another", std::chrono::steady_clock::now()));
  EXPECT_EQ(Must(feed.Backlog(reader, "another")), 0);
}

}  // namespace
}  // namespace argus::store
