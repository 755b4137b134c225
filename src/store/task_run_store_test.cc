#include "store/task_run_store.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <atomic>
#include <thread>

#include "domain/reasons.h"
#include "store/task_store.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;

class TaskRunTest : public StoreTest {
 protected:
  TaskRunTest() : project_(AddProject("play")) {}

  // A rollout of one stage with a task for each target.
  v1::Rollout AddRollout(const std::vector<std::string>& databases) {
    v1::Rollout rollout;
    rollout.set_plan(AddPlan(project_).name());
    rollout.set_state(v1::Rollout::RUNNING);
    v1::Stage* stage = rollout.add_stages();
    stage->set_environment("environments/dev");
    for (const std::string& database : databases) {
      v1::Task* task = stage->add_tasks();
      task->set_sheet("projects/play/sheets/" + std::string(64, 'a'));
      task->set_target("instances/pg1/databases/" + database);
      task->set_state(v1::Task::PENDING);
    }
    return Must(Write([&](Transaction& tx) { return InsertRollout(tx, project_, rollout); }));
  }
  v1::TaskRun AddRun(const v1::Task& task) {
    v1::TaskRun run;
    run.set_creator("users/alice");
    run.set_override_freeze_reason("urgent");
    return Must(Write([&](Transaction& tx) { return InsertTaskRun(tx, task, run); }));
  }
  std::optional<ClaimedRun> Claim(std::vector<std::int64_t> except = {},
                                  std::chrono::seconds lease = std::chrono::seconds(30)) {
    return Must(Write([&](Transaction& tx) { return ClaimNext(tx, {"me", tx.lease_now() + lease, except}); }));
  }
  v1::TaskRun Get(const std::string& name) {
    auto read = Read();
    return Must(GetTaskRun(read, Must(domain::TaskRunName::Parse(name))));
  }
  Result<v1::TaskRun> Finish(const ClaimedRun& claimed, v1::TaskRun::State state) {
    v1::TaskRun outcome = claimed.run;
    outcome.set_state(state);
    outcome.set_rows_affected(7);
    outcome.set_statements_done(2);
    return Write([&](Transaction& tx) { return FinishTaskRun(tx, claimed.token, outcome); });
  }

  domain::ProjectName project_;
};
ARGUS_STORE_SUITE(TaskRunTest);

TEST_P(TaskRunTest, ARunWaitsUntilItIsClaimed) {
  const v1::Task task = AddRollout({"a"}).stages(0).tasks(0);
  const v1::TaskRun run = AddRun(task);
  EXPECT_EQ(run.state(), v1::TaskRun::PENDING);
  EXPECT_EQ(run.attempt(), 1);
  EXPECT_EQ(run.correlation_id(), "req-1");
  EXPECT_EQ(run.trace_id(), std::string(32, 'a'));
  EXPECT_EQ(run.override_freeze_reason(), "urgent");
  EXPECT_TRUE(MessageDifferencer::Equals(Get(run.name()), run));
  auto read = Read();
  EXPECT_EQ(Must(GetTask(read, Must(domain::TaskName::Parse(task.name())))).latest_task_run(), run.name());
  EXPECT_TRUE(Must(ProjectHasActiveRuns(read, project_)));

  const auto claimed = Claim();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->name.ToString(), run.name());
  EXPECT_EQ(claimed->run.state(), v1::TaskRun::RUNNING);
  EXPECT_EQ(claimed->target.database, "a");
  EXPECT_EQ(claimed->sheet.sha256, std::string(64, 'a'));
  EXPECT_EQ(claimed->environment, "environments/dev");
  EXPECT_EQ(claimed->origin.trace.span_id, std::string(16, 'b'));
  EXPECT_EQ(claimed->token.token.size(), 32u);
  EXPECT_FALSE(Claim());
}

TEST_P(TaskRunTest, OneRunATargetAtATime) {
  const v1::Rollout rollout = AddRollout({"a", "a", "b"});
  for (const v1::Task& task : rollout.stages(0).tasks()) AddRun(task);
  const auto first = Claim();
  const auto second = Claim();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->target.database, "a");
  EXPECT_EQ(second->target.database, "b");
  EXPECT_FALSE(Claim());
  Must(Finish(*first, v1::TaskRun::UNKNOWN));
  EXPECT_FALSE(Claim()) << "an unknown outcome blocks its target";
  v1::TaskRun resolved = Get(first->run.name());
  resolved.set_state(v1::TaskRun::DONE);
  resolved.set_resolver("users/bob");
  resolved.set_resolve_reason("looked");
  resolved = Must(Write([&](Transaction& tx) { return UpdateTaskRun(tx, resolved); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Get(resolved.name()), resolved));
  EXPECT_EQ(Claim()->target.database, "a");
}

TEST_P(TaskRunTest, TheDatabaseItselfRefusesTwoRunsOnOneTarget) {
  const v1::Rollout rollout = AddRollout({"a", "a"});
  for (const v1::Task& task : rollout.stages(0).tasks()) AddRun(task);
  const db::Statement force{"transaction.force", "UPDATE task_run SET state = 'RUNNING'"};
  EXPECT_FALSE(WriteVoid([&](Transaction& tx) { tx.Exec(force, {}); }).ok());
}

TEST_P(TaskRunTest, WhatIsNotDueOrHeldBackOrPausedIsLeft) {
  v1::Rollout rollout = AddRollout({"a", "b", "c"});
  v1::Task later = rollout.stages(0).tasks(0);
  later.mutable_run_after()->set_seconds(ToMicros(clock_.now) / 1000000 + 60);
  AddRun(later);
  const v1::TaskRun held = AddRun(rollout.stages(0).tasks(1));
  auto read = Read();
  EXPECT_EQ(ToMicros(*Must(NextRunAfter(read))), 0);
  EXPECT_FALSE(Claim({Must(domain::TaskRunName::Parse(held.name())).run}));
  EXPECT_TRUE(Claim());
  EXPECT_FALSE(Claim());
  EXPECT_EQ(ToMicros(*Must(NextRunAfter(read))), later.run_after().seconds() * 1000000);

  clock_.now += std::chrono::minutes(2);
  rollout = Must(GetRollout(read, Must(domain::RolloutName::Parse(rollout.name()))));
  rollout.set_state(v1::Rollout::PAUSED);
  rollout = Must(Write([&](Transaction& tx) { return UpdateRollout(tx, rollout); }));
  EXPECT_FALSE(Claim());
  rollout.set_state(v1::Rollout::RUNNING);
  Must(Write([&](Transaction& tx) { return UpdateRollout(tx, rollout); }));
  EXPECT_TRUE(Claim());
  EXPECT_EQ(Must(NextRunAfter(read)), std::nullopt);
}

TEST_P(TaskRunTest, TheHolderWritesUntilItEnds) {
  AddRun(AddRollout({"a"}).stages(0).tasks(0));
  const auto claimed = Claim();
  const Intent intent{4711, "2026-05-23", "sys", "1", v1::TaskRun::MARKER, "", 2};
  v1::TaskRunLog::Entry entries[2];
  entries[0].set_statement(1);
  entries[0].set_rows_affected(5);
  entries[1].set_statement(2);
  entries[1].mutable_error()->set_message("no");
  Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Status {
    RecordIntent(tx, claimed->token, intent);
    RecordTransactionId(tx, claimed->token, "815");
    RenewLease(tx, claimed->token, tx.lease_now() + std::chrono::seconds(60));
    AppendLog(tx, claimed->token, entries);
    return tx.CommitUnaudited(Unaudited::kRunProgress);
  }));
  v1::TaskRun run = Get(claimed->run.name());
  EXPECT_EQ(run.proof(), v1::TaskRun::MARKER);
  EXPECT_EQ(run.rows_affected(), 5);
  EXPECT_EQ(run.statements_done(), 1);
  EXPECT_EQ(run.statements_total(), 2);
  EXPECT_EQ(run.etag(), claimed->run.etag()) << "progress changes no etag";
  auto read = Read();
  const v1::TaskRunLog log = Must(GetTaskRunLog(read, claimed->name));
  ASSERT_EQ(log.entries_size(), 2);
  EXPECT_EQ(log.entries(1).error().message(), "no");

  run = Must(Finish(*claimed, v1::TaskRun::FAILED));
  EXPECT_TRUE(run.has_end_time());
  EXPECT_EQ(run.override_freeze_reason(), "urgent");
  EXPECT_TRUE(MessageDifferencer::Equals(Get(run.name()), run));
}

TEST_P(TaskRunTest, WhoLostTheLeaseCannotWrite) {
  AddRun(AddRollout({"a"}).stages(0).tasks(0));
  const auto lost = Claim({}, std::chrono::seconds(-5));
  auto read = Read();
  Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Status {
    RecordIntent(tx, lost->token, {4711, "start", "sys", "1", v1::TaskRun::TRANSACTION_ID, "815", 1});
    return tx.CommitUnaudited(Unaudited::kRunProgress);
  }));
  const Timestamp now = Must(metastore_->LeaseNow(ctx_));
  EXPECT_THAT(Must(ListExpired(read, now)), ElementsAre(lost->name));
  const auto taken = Must(Write(
      [&](Transaction& tx) { return TakeOver(tx, lost->name, "other", tx.lease_now() + std::chrono::seconds(30)); }));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->intent.backend_pid, 4711);
  EXPECT_EQ(taken->intent.transaction_id, "815");
  EXPECT_EQ(taken->intent.proof, v1::TaskRun::TRANSACTION_ID);
  EXPECT_TRUE(Must(ListExpired(read, now)).empty());
  EXPECT_FALSE(Must(Write([&](Transaction& tx) { return TakeOver(tx, lost->name, "third", tx.lease_now()); })));

  EXPECT_EQ(Finish(*lost, v1::TaskRun::DONE).error().reason(), reasons::kLeaseLost);
  const Status renewed = WriteVoid([&](Transaction& tx) { RenewLease(tx, lost->token, tx.lease_now()); });
  EXPECT_EQ(renewed.error().reason(), reasons::kLeaseLost);
  EXPECT_EQ(Get(lost->run.name()).state(), v1::TaskRun::RUNNING);
  EXPECT_TRUE(Finish(*taken, v1::TaskRun::FAILED).ok());
}

TEST_P(TaskRunTest, CancellingAsksTheHolder) {
  AddRun(AddRollout({"a"}).stages(0).tasks(0));
  const auto claimed = Claim();
  std::vector<std::string> heard;
  const auto subscription =
      metastore_->notifier().Subscribe(Topic::kTaskRun, [&](const Announcement& a) { heard.push_back(a.resource); });
  const v1::TaskRun asked = Must(Write([&](Transaction& tx) { return RequestCancel(tx, claimed->run); }));
  EXPECT_TRUE(Get(asked.name()).cancel_requested());
  EXPECT_THAT(heard, ElementsAre(asked.name()));
  EXPECT_EQ(Must(Finish(*claimed, v1::TaskRun::CANCELED)).state(), v1::TaskRun::CANCELED);
}

TEST_P(TaskRunTest, ARetryIsANewRun) {
  const v1::Rollout rollout = AddRollout({"a"});
  const v1::Task task = rollout.stages(0).tasks(0);
  v1::TaskRun first = AddRun(task);
  auto read = Read();
  EXPECT_EQ(Must(ActiveTaskRuns(read, Must(domain::RolloutName::Parse(rollout.name())))).size(), 1u);
  first.set_state(v1::TaskRun::CANCELED);
  Must(Write([&](Transaction& tx) { return UpdateTaskRun(tx, first); }));
  EXPECT_TRUE(Must(ActiveTaskRuns(read, Must(domain::RolloutName::Parse(rollout.name())))).empty());
  EXPECT_FALSE(Must(ProjectHasActiveRuns(read, project_)));
  EXPECT_EQ(AddRun(task).attempt(), 2);
  const auto page = Must(ListTaskRuns(read, Must(domain::TaskName::Parse(task.name())), {}));
  EXPECT_EQ(page.items.at(0).attempt(), 2);
  EXPECT_EQ(Must(CountActiveTaskRuns(read)).at(0).count, 1);
}

TEST_P(TaskRunTest, ManyClaimersShareTheWorkWithoutOverlap) {
  constexpr int kRuns = 24;
  std::vector<std::string> databases;
  for (int n = 0; n < kRuns; ++n) databases.push_back(std::string(1, static_cast<char>('a' + n % 6)));
  const v1::Rollout rollout = AddRollout(databases);
  for (const v1::Task& task : rollout.stages(0).tasks()) AddRun(task);

  std::atomic<int> finished{0};
  std::mutex mutex;
  std::set<std::string> done;
  const auto worker = [&](Metastore& metastore) {
    RequestContext ctx;
    while (finished < kRuns) {
      const auto claimed = metastore.Write(ctx, [&](Transaction& tx) -> Result<std::optional<ClaimedRun>> {
        ARGUS_ASSIGN(auto run, ClaimNext(tx, {"w", tx.lease_now() + std::chrono::seconds(30), {}}));
        ARGUS_RETURN_IF_ERROR(tx.Commit(SomeEntry()));
        return run;
      });
      if (!claimed.ok() || !*claimed) continue;  // Too many collisions in a row, or every target is taken.
      v1::TaskRun outcome = (*claimed)->run;
      outcome.set_state(v1::TaskRun::DONE);
      for (bool ended = false; !ended;) {
        ended = metastore
                    .Write(ctx,
                           [&](Transaction& tx) -> Status {
                             ARGUS_RETURN_IF_ERROR(FinishTaskRun(tx, (*claimed)->token, outcome));
                             return tx.Commit(SomeEntry());
                           })
                    .ok();
      }
      std::lock_guard lock(mutex);
      EXPECT_TRUE(done.insert(outcome.name()).second) << outcome.name() << " was claimed twice";
      ++finished;
    }
  };
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) threads.emplace_back([&] { worker(*metastore_); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done.size(), static_cast<std::size_t>(kRuns));
}

}  // namespace
}  // namespace argus::store
