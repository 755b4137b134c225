#include "command/task_run_progress.h"

#include "command/change_test_support.h"
#include "store/revision_store.h"

namespace argus::command {
namespace {

using std::chrono::seconds;

class TaskRunProgressTest : public ChangeTest {
 protected:
  // Leases count by the clock of the database server, which nobody can turn: their end is moved instead.
  void EndLease(const store::ClaimedRun& run) {
    Write([&](store::Transaction& tx) { store::RenewLease(tx, run.token, tx.lease_now() - seconds(1)); });
  }
};

TEST_P(TaskRunProgressTest, ADoneRunLeavesARevisionAndAChangelog) {
  Must(Start(AddRollout({kDev})));
  const auto run = EndNext();
  auto reader = Read();
  const auto revisions = Must(store::ListRevisions(reader, {"dev", "shop"}, {})).items;
  ASSERT_EQ(revisions.size(), 1u);
  EXPECT_EQ(revisions[0].task_run(), run.name());
  EXPECT_FALSE(revisions[0].issue().empty());
  EXPECT_EQ(Must(store::ListChangelogs(reader, {"dev", "shop"}, {})).items.at(0).revision(), revisions[0].name());
  EXPECT_EQ(Must(store::DatabasesAwaitingSync(reader)).size(), 1u);
}

TEST_P(TaskRunProgressTest, AFailedRunLeavesNone) {
  Must(Start(AddRollout({kDev})));
  EndNext(v1::TaskRun::FAILED);
  auto reader = Read();
  EXPECT_TRUE(Must(store::ListRevisions(reader, {"dev", "shop"}, {})).items.empty());
}

TEST_P(TaskRunProgressTest, TheStartCarriesTheCorrelationOfTheRequest) {
  Must(Start(AddRollout({kDev})));
  Claim();
  const auto start = Audit("action = \"bb.taskrun.start\"").at(0);
  EXPECT_EQ(start.correlation_id(), "req-1");
  EXPECT_EQ(start.actor(), ctx_.actor);
}

TEST_P(TaskRunProgressTest, WhoLostTheLeaseWritesNoMore) {
  Must(Start(AddRollout({kDev})));
  const auto first = *Claim();
  EXPECT_FALSE(Must(runs_.TakeOver(ctx_, first.name, "other", seconds(30))).has_value());
  EndLease(first);
  const auto second = *Must(runs_.TakeOver(ctx_, first.name, "other", seconds(30)));
  EXPECT_NE(second.token.token, first.token.token);
  EXPECT_FALSE(Must(runs_.TakeOver(ctx_, first.name, "third", seconds(30))).has_value());
  EXPECT_EQ(ReasonOf(runs_.RecordIntent(ctx_, first.token, {})), "LEASE_LOST");
  EXPECT_EQ(ReasonOf(runs_.RenewLease(ctx_, first.token, seconds(30))), "LEASE_LOST");
  auto outcome = first.run;
  outcome.set_state(v1::TaskRun::DONE);
  EXPECT_EQ(ReasonOf(runs_.Finish(ctx_, first, outcome, {})), "LEASE_LOST");
  EXPECT_EQ(End(second, v1::TaskRun::FAILED).state(), v1::TaskRun::FAILED);
}

TEST_P(TaskRunProgressTest, RunsOfADeadProcessNeedNotWait) {
  Must(Start(AddRollout({kDev})));
  const auto run = *Claim();
  Must(runs_.ExpireLeasesOfOthers(ctx_, "me"));
  EXPECT_FALSE(Must(runs_.TakeOver(ctx_, run.name, "me", seconds(30))).has_value());
  Must(runs_.ExpireLeasesOfOthers(ctx_, "successor"));
  EXPECT_TRUE(Must(runs_.TakeOver(ctx_, run.name, "successor", seconds(30))).has_value());
}

TEST_P(TaskRunProgressTest, TheLogGoesWithTheEnd) {
  Must(Start(AddRollout({kDev})));
  const auto run = *Claim();
  std::vector<v1::TaskRunLog::Entry> entries(2);
  for (int i = 0; i < 2; ++i) entries[i].set_statement(i + 1);
  Must(runs_.AppendLog(ctx_, run.token, std::span(entries).first(1)));
  auto outcome = run.run;
  outcome.set_state(v1::TaskRun::DONE);
  Must(runs_.Finish(ctx_, run, outcome, std::span(entries).last(1)));
  auto reader = Read();
  EXPECT_EQ(Must(store::GetTaskRunLog(reader, run.name)).entries_size(), 2);
}

TEST_P(TaskRunProgressTest, ABlockedRolloutIsJudgedOnceAndOthersGoOn) {
  const auto blocked = AddRollout({kProd, "instances/prod/databases/stock"});
  Must(Start(blocked));
  Freeze("environments/prod");
  const auto open = AddRollout({kDev});
  Must(Start(open));
  std::vector<std::int64_t> held;
  const auto claimed = Must(runs_.Claim(ctx_, "me", seconds(30), held));
  EXPECT_EQ(claimed->target.instance, "dev");
  EXPECT_GE(held.size(), 2u);
}

ARGUS_COMMAND_SUITE(TaskRunProgressTest);

}  // namespace
}  // namespace argus::command
