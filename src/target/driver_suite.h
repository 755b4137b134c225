// What every driver promises, as tests that run on each engine. Included by the drivers' tests alone:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, DriverSuite, testing::Values([] { return std::make_unique<SqliteTestTarget>();
//   }));
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domain/reasons.h"
#include "target/driver.h"
#include "target/run_result.h"

namespace argus::target {

// Waited for at most 20 s, so that a broken test ends.
class Signal {
 public:
  void Set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool Wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

// Remembers what it was told; the hooks run after that.
struct RecordingObserver : RunObserver {
  Status OnBackend(const Backend& b) override {
    backend = b;
    ++backends;
    return on_backend ? on_backend() : Ok();
  }
  void BeforeStatement(std::size_t index) override {
    begun.push_back(index);
    if (before_statement) before_statement(index);
  }
  void AfterStatement(const StatementReport& report) override {
    rows.push_back(report.rows_affected);
    if (report.error != nullptr) errors.push_back(*report.error);
  }
  Status BeforeCommit(const std::string& id) override {
    transaction_id = id;
    return before_commit ? before_commit() : Ok();
  }

  std::function<Status()> on_backend, before_commit;
  std::function<void(std::size_t)> before_statement;
  Backend backend;
  int backends = 0;
  std::vector<std::size_t> begun;
  std::vector<std::int64_t> rows;
  std::vector<v1::TaskRunError> errors;
  std::string transaction_id;
};

// An empty database of one engine.
class TestTarget {
 public:
  virtual ~TestTarget() = default;
  virtual const Driver& driver() const = 0;
  virtual ConnectionSpec spec() const = 0;
  virtual sql::Engine engine() const = 0;
  // The first cell of the answer, or the error, by a connection of its own.
  virtual std::string Ask(const std::string& sql) const = 0;
  virtual std::string marker_table() const = 0;
  virtual std::string endless_statement() const = 0;

  std::unique_ptr<Connection> Connect() const {
    auto connection = driver().Connect(RequestContext{}, spec());
    EXPECT_TRUE(connection.ok()) << connection.error().ToString();
    return std::move(connection).value();
  }
};

inline Marker MarkerOf(const std::string& task, int attempt) {
  const auto number = std::to_string(attempt);
  return {task, task + "/taskRuns/" + number, "token-" + number, "hash"};
}

inline RunResult RunScript(Connection& connection, const std::string& script, sql::Engine engine, RunObserver& observer,
                           const Marker& marker, const RequestContext& ctx = {}) {
  const auto statements = sql::Split(script, engine);
  EXPECT_TRUE(statements.ok()) << statements.error().ToString();
  ScriptRun run;
  run.marker = marker;
  run.statements = &*statements;
  return connection.Run(ctx, run, observer);
}

class DriverSuite : public testing::TestWithParam<std::function<std::unique_ptr<TestTarget>()>> {
 protected:
  RunResult Run(const std::string& script, int attempt = 1, const RequestContext& ctx = {}) {
    return RunScript(*connection_, script, target_->engine(), observer_, MarkerOf("task", attempt), ctx);
  }
  // Ends the connection's backend where there is one.
  Proof Probe() {
    ProofQuery query;
    query.task = "task";
    query.backend = observer_.backend;
    query.transaction_id = observer_.transaction_id;
    auto proof = target_->driver().Probe(RequestContext{}, target_->spec(), query);
    EXPECT_TRUE(proof.ok()) << proof.error().ToString();
    return std::move(proof).value();
  }
  std::string Ask(const std::string& sql) { return target_->Ask(sql); }

  std::unique_ptr<TestTarget> target_ = GetParam()();
  std::unique_ptr<Connection> connection_ = target_->Connect();
  RecordingObserver observer_;
};

TEST_P(DriverSuite, CommitsScriptAndMarkerTogether) {
  const auto result = Run("CREATE TABLE t (a INTEGER);\nINSERT INTO t VALUES (1), (2);\nUPDATE t SET a = 3;");
  ASSERT_EQ(result.outcome, Outcome::kCommitted) << result.error.message() << result.evidence;
  EXPECT_EQ(observer_.begun, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(observer_.rows, (std::vector<std::int64_t>{0, 2, 2}));
  EXPECT_EQ(result.rows_affected, 4);
  EXPECT_EQ(result.statements_done, 3u);
  EXPECT_EQ(observer_.backend.proof, v1::TaskRun::MARKER);
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE a = 3"), "2");
  EXPECT_EQ(Ask("SELECT task_run FROM " + target_->marker_table() + " WHERE task = 'task'"), "task/taskRuns/1");
  const auto proof = Probe();
  EXPECT_EQ(proof.verdict, Proof::Verdict::kApplied) << proof.evidence;
  EXPECT_EQ(proof.task_run, "task/taskRuns/1");
  EXPECT_EQ(proof.attempt_token, "token-1");
}

TEST_P(DriverSuite, RefusesATaskThatWasApplied) {
  ASSERT_EQ(Run("CREATE TABLE t (a INTEGER)").outcome, Outcome::kCommitted);
  observer_.begun.clear();
  const auto result = Run("DROP TABLE t", 2);
  EXPECT_EQ(result.outcome, Outcome::kAlreadyApplied);
  EXPECT_EQ(result.applied_by.task_run, "task/taskRuns/1");
  EXPECT_EQ(result.applied_by.content_hash, "hash");
  EXPECT_TRUE(observer_.begun.empty());
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), "0");
}

TEST_P(DriverSuite, LetsASecondAttemptWaitForTheFirst) {
  // Makes the table of markers, which would otherwise be what the second attempt waits for.
  ASSERT_EQ(RunScript(*connection_, "SELECT 1", target_->engine(), observer_, MarkerOf("other", 1)).outcome,
            Outcome::kCommitted);
  Signal announced;
  RecordingObserver second;
  second.on_backend = [&] {
    announced.Set();
    return Ok();
  };
  RunResult refused;
  std::thread attempt;
  observer_.before_commit = [&] {
    attempt = std::thread([&] {
      refused =
          RunScript(*target_->Connect(), "CREATE TABLE t (a INTEGER)", target_->engine(), second, MarkerOf("task", 2));
    });
    EXPECT_TRUE(announced.Wait());
    return Ok();
  };
  EXPECT_EQ(Run("CREATE TABLE t (a INTEGER)").outcome, Outcome::kCommitted);
  attempt.join();
  EXPECT_EQ(refused.outcome, Outcome::kAlreadyApplied) << refused.error.message();
  EXPECT_EQ(refused.applied_by.task_run, "task/taskRuns/1");
  EXPECT_TRUE(second.begun.empty());
}

TEST_P(DriverSuite, RollsEverythingBackWhenAStatementFails) {
  const auto result = Run("CREATE TABLE t (a INTEGER);\n\n  SELECT\n 'é', nowhere FROM t;\nDROP TABLE t;");
  ASSERT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.reason(), "STATEMENT_FAILED");
  EXPECT_NE(result.error.message().find("nowhere"), std::string::npos) << result.error.message();
  EXPECT_EQ(result.error.statement(), 2);
  EXPECT_EQ(result.error.position().line(), 4);
  EXPECT_EQ(result.error.position().column(), 7);
  EXPECT_EQ(result.statements_done, 1u);
  ASSERT_EQ(observer_.errors.size(), 1u);
  EXPECT_EQ(observer_.errors[0].statement(), 2);
  EXPECT_EQ(Run("CREATE TABLE t (a INTEGER)", 2).outcome, Outcome::kCommitted);
}

TEST_P(DriverSuite, ProvesThatAFailedRunAppliedNothing) {
  ASSERT_EQ(Run("SELECT nowhere").outcome, Outcome::kNotApplied);
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kNotApplied);
}

TEST_P(DriverSuite, RefusesTransactionControlBeforeAnythingIsSent) {
  const auto result = Run("CREATE TABLE t (a INTEGER);\nCOMMIT;");
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.reason(), "UNSUPPORTED_STATEMENT");
  EXPECT_EQ(result.error.position().line(), 2);
  EXPECT_EQ(observer_.backends, 0);
}

TEST_P(DriverSuite, DoesNotCommitWithoutItsMarker) {
  const auto result = Run("CREATE TABLE t (a INTEGER); DELETE FROM " + target_->marker_table());
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.reason(), "MARKER_LOST");
  EXPECT_EQ(Run("CREATE TABLE t (a INTEGER)", 2).outcome, Outcome::kCommitted);
}

TEST_P(DriverSuite, InterruptsAStatementOnCancel) {
  std::thread canceler;
  observer_.before_statement = [&](std::size_t index) {
    if (index == 1) canceler = std::thread([&] { connection_->Cancel(); });
  };
  const auto result = Run("CREATE TABLE t (a INTEGER);" + target_->endless_statement());
  canceler.join();
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.reason(), "INTERRUPTED");
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kNotApplied);
  EXPECT_FALSE(connection_->Reset(RequestContext{}).ok());
}

TEST_P(DriverSuite, InterruptsAStatementAtTheDeadlineAndByTheToken) {
  RequestContext late;
  late.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  EXPECT_EQ(Run(target_->endless_statement(), 1, late).error.reason(), "INTERRUPTED");
  RequestContext canceled;
  observer_.before_statement = [&](std::size_t) { canceled.cancel->Cancel(); };
  EXPECT_EQ(Run(target_->endless_statement(), 2, canceled).error.reason(), "INTERRUPTED");
}

TEST_P(DriverSuite, CanBeUsedAgainAfterReset) {
  ASSERT_EQ(Run("CREATE TABLE t (a INTEGER); CREATE TEMP TABLE temporary (a INTEGER)").outcome, Outcome::kCommitted);
  ASSERT_TRUE(connection_->Reset(RequestContext{}).ok());
  const auto result =
      RunScript(*connection_, "SELECT * FROM temporary", target_->engine(), observer_, MarkerOf("other", 1));
  EXPECT_EQ(result.error.reason(), "STATEMENT_FAILED");
}

TEST_P(DriverSuite, ObeysAnObserverThatSaysNo) {
  const Error no(Code::kAborted, reasons::kLeaseLost, "lost");
  observer_.before_commit = [&] { return no; };
  EXPECT_EQ(Run("CREATE TABLE t (a INTEGER)").error.reason(), "LEASE_LOST");
  EXPECT_EQ(observer_.begun.size(), 1u);
  observer_.on_backend = [&] { return no; };
  EXPECT_EQ(Run("CREATE TABLE t (a INTEGER)").error.reason(), "LEASE_LOST");
  EXPECT_EQ(observer_.begun.size(), 1u);
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kNotApplied);
}

TEST_P(DriverSuite, InspectsTheServer) {
  const auto info = connection_->Inspect(RequestContext{});
  ASSERT_TRUE(info.ok()) << info.error().ToString();
  EXPECT_FALSE(info->version.empty());
  EXPECT_FALSE(info->system_identifier.empty());
  EXPECT_FALSE(info->read_only);
  EXPECT_EQ(info->proof, v1::TaskRun::MARKER);
  EXPECT_TRUE(target_->driver().Inspect(RequestContext{}, target_->spec()).ok());
}

TEST_P(DriverSuite, ListsItsDatabase) {
  const auto names = target_->driver().ListDatabases(RequestContext{}, target_->spec());
  ASSERT_TRUE(names.ok()) << names.error().ToString();
  EXPECT_NE(std::find(names->begin(), names->end(), target_->spec().database), names->end());
}

TEST_P(DriverSuite, KeepsTheFingerprintWhileTheSchemaStays) {
  ASSERT_EQ(Run("CREATE TABLE t (a INTEGER)").outcome, Outcome::kCommitted);
  const auto fingerprint = [&] { return connection_->SyncSchema(RequestContext{})->fingerprint(); };
  const auto before = fingerprint();
  ASSERT_EQ(
      RunScript(*connection_, "INSERT INTO t VALUES (1)", target_->engine(), observer_, MarkerOf("two", 1)).outcome,
      Outcome::kCommitted);
  EXPECT_EQ(fingerprint(), before);
  ASSERT_EQ(
      RunScript(*connection_, "CREATE INDEX i ON t (a)", target_->engine(), observer_, MarkerOf("three", 1)).outcome,
      Outcome::kCommitted);
  EXPECT_NE(fingerprint(), before);
}

}  // namespace argus::target
