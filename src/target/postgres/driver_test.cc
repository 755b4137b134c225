#include "target/postgres/driver.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "target/driver_suite.h"
#include "tests/support/postgres_server.h"

namespace argus::target::postgres {
namespace {

// The first cell of the answer, or the error.
std::string AskServer(const std::string& url, const std::string& sql) {
  PGconn* connection = PQconnectdb(url.c_str());
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  PGresult* result = PQexec(connection, sql.c_str());
  std::string answer = PQresultErrorMessage(result);
  if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0) answer = PQgetvalue(result, 0, 0);
  PQclear(result);
  PQfinish(connection);
  return answer;
}

class PostgresTestTarget final : public TestTarget {
 public:
  explicit PostgresTestTarget(test::PostgresServer& server = test::PostgresServer::Shared())
      : server_(server), url_(server.CreateDatabase()) {}
  const Driver& driver() const override { return driver_; }
  ConnectionSpec spec() const override {
    ConnectionSpec spec;
    spec.port = server_.port();
    spec.username = "argus";
    spec.database = url_.substr(url_.rfind('/') + 1);
    return spec;
  }
  sql::Engine engine() const override { return sql::Engine::kPostgres; }
  std::string Ask(const std::string& sql) const override { return AskServer(url_, sql); }
  std::string marker_table() const override { return "argus_internal.task_marker"; }
  std::string endless_statement() const override { return "SELECT pg_sleep(600)"; }
  // Ends the backend once it waits for `event`.
  void TerminateWhenWaiting(std::int64_t pid, const std::string& event) const {
    Ask(fmt::format(
        "DO $$ BEGIN LOOP EXIT WHEN EXISTS (SELECT FROM pg_stat_activity WHERE pid = {0} AND wait_event = '{1}');"
        " PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP;"
        " PERFORM pg_terminate_backend({0}); END $$",
        pid, event));
  }

 private:
  test::PostgresServer& server_;
  std::string url_;
  PostgresDriver driver_;
};

}  // namespace
}  // namespace argus::target::postgres

namespace argus::target {

INSTANTIATE_TEST_SUITE_P(Postgres, DriverSuite,
                         testing::Values([] { return std::make_unique<postgres::PostgresTestTarget>(); }));

namespace postgres {
namespace {

class PostgresDriverTest : public testing::Test {
 protected:
  RunResult Run(const std::string& script, int attempt = 1, const RequestContext& ctx = {}) {
    return RunScript(*connection_, script, sql::Engine::kPostgres, observer_, MarkerOf("task", attempt), ctx);
  }
  Proof Probe(const ConnectionSpec& spec) {
    ProofQuery query;
    query.task = "task";
    query.backend = observer_.backend;
    query.transaction_id = observer_.transaction_id;
    return *target_.driver().Probe(RequestContext{}, spec, query);
  }
  Proof Probe() { return Probe(target_.spec()); }
  // From now on by a role that may make no schema.
  void BecomeUnprivileged() {
    target_.Ask("DO $$ BEGIN IF to_regrole('plain') IS NULL THEN CREATE ROLE plain LOGIN; END IF; END $$");
    target_.Ask("GRANT CREATE ON SCHEMA public TO plain");
    plain_ = target_.spec();
    plain_.username = "plain";
    connection_ = std::move(target_.driver().Connect(RequestContext{}, plain_)).value();
  }

  PostgresTestTarget target_;
  std::unique_ptr<Connection> connection_ = target_.Connect();
  ConnectionSpec plain_;
  RecordingObserver observer_;
};

TEST_F(PostgresDriverTest, KeepsTheMarkerWhateverRoleTheScriptTakes) {
  target_.Ask("DO $$ BEGIN IF to_regrole('app') IS NULL THEN CREATE ROLE app; END IF; END $$");
  const auto result =
      Run("CREATE SCHEMA shop AUTHORIZATION app; SET ROLE app; SET search_path = shop; SET synchronous_commit = off;"
          "CREATE TABLE t (a int);");
  ASSERT_EQ(result.outcome, Outcome::kCommitted) << result.error.message();
  EXPECT_EQ(target_.Ask("SELECT tableowner FROM pg_tables WHERE schemaname = 'shop'"), "app");
  ASSERT_TRUE(connection_->Reset(RequestContext{}).ok());
  EXPECT_EQ(
      RunScript(*connection_, "CREATE TABLE shop.owned (a int)", sql::Engine::kPostgres, observer_, MarkerOf("next", 1))
          .outcome,
      Outcome::kCommitted);
  EXPECT_EQ(target_.Ask("SELECT tableowner FROM pg_tables WHERE tablename = 'owned'"), "argus");
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kApplied);
}

// "$user" leads the default search_path: no schema of ours may have the name that the user is likely to have.
TEST_F(PostgresDriverTest, LeavesUnqualifiedNamesInTheUsersOwnSchema) {
  ASSERT_EQ(target_.spec().username, "argus");
  ASSERT_EQ(Run("CREATE TABLE t (a int)").outcome, Outcome::kCommitted);
  EXPECT_EQ(target_.Ask("SELECT schemaname FROM pg_tables WHERE tablename = 't'"), "public");
}

TEST_F(PostgresDriverTest, DoesNotCommitWhenTheScriptDropsTheMarkersSchema) {
  const auto result = Run("CREATE TABLE t (a int); DROP SCHEMA argus_internal CASCADE;");
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.reason(), "MARKER_LOST");
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kNotApplied);
}

TEST_F(PostgresDriverTest, FiresDeferredConstraintsUnderTheScriptsRoleBeforeCommit) {
  const auto result =
      Run("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);"
          "INSERT INTO c VALUES (7);");
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.sqlstate(), "23503");
  EXPECT_NE(result.error.detail().find("(7)"), std::string::npos);
  EXPECT_EQ(result.error.statement(), 0);
}

TEST_F(PostgresDriverTest, SendsOneStatementAtATime) {
  const std::string script = "SELECT 1; COMMIT";
  const std::vector<sql::SqlStatement> missplit{{script, 0, {}}};
  const auto result = connection_->Run({}, {MarkerOf("task", 1), &missplit}, observer_);
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_NE(result.error.message().find("multiple commands"), std::string::npos) << result.error.message();
}

TEST_F(PostgresDriverTest, AppendsTheCorrelationIdAsAComment) {
  RequestContext ctx;
  ctx.correlation_id = "a:b*/";
  const auto result = Run("CREATE TABLE q AS SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()", 1, ctx);
  ASSERT_EQ(result.outcome, Outcome::kCommitted) << result.error.message();
  EXPECT_NE(target_.Ask("SELECT query FROM q").find("/*correlation_id='a%3Ab%2A%2F'*/"), std::string::npos);
}

TEST_F(PostgresDriverTest, KnowsThatABackendKilledBeforeCommitAppliedNothing) {
  std::thread killer;
  observer_.before_statement = [&](std::size_t index) {
    if (index == 1) killer = std::thread([&] { target_.TerminateWhenWaiting(observer_.backend.pid, "PgSleep"); });
  };
  const auto result = Run("CREATE TABLE t (a int); SELECT pg_sleep(600);");
  killer.join();
  EXPECT_EQ(result.outcome, Outcome::kNotApplied);
  EXPECT_EQ(result.error.reason(), "INTERRUPTED");
  EXPECT_EQ(result.error.statement(), 2);
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kNotApplied);
}

TEST_F(PostgresDriverTest, EndsALivingBackendBeforeItReadsTheProof) {
  Proof proof;
  observer_.before_commit = [&] {
    proof = Probe();
    return Ok();
  };
  const auto result = Run("CREATE TABLE t (a int);");
  EXPECT_EQ(proof.verdict, Proof::Verdict::kNotApplied) << proof.evidence;
  EXPECT_NE(result.outcome, Outcome::kCommitted);
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kNotApplied);
}

TEST_F(PostgresDriverTest, IsUndecidedAboutAnotherSystemOrAMarkerThatIsGone) {
  ASSERT_EQ(Run("CREATE TABLE t (a int);").outcome, Outcome::kCommitted);
  observer_.backend.system_identifier = "1";
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kUndecided);
  observer_.backend.system_identifier.clear();
  target_.Ask("DROP SCHEMA argus_internal CASCADE");
  EXPECT_EQ(Probe().verdict, Proof::Verdict::kUndecided);
}

TEST_F(PostgresDriverTest, ProvesByTransactionIdWhereNoMarkerMayBeMade) {
  BecomeUnprivileged();
  EXPECT_EQ(connection_->Inspect(RequestContext{})->proof, v1::TaskRun::TRANSACTION_ID);
  ASSERT_EQ(Run("CREATE TABLE t (a int);").outcome, Outcome::kCommitted);
  EXPECT_EQ(observer_.backend.proof, v1::TaskRun::TRANSACTION_ID);
  EXPECT_FALSE(observer_.transaction_id.empty());
  connection_.reset();
  EXPECT_EQ(Probe(plain_).verdict, Proof::Verdict::kApplied);
  observer_.backend.timeline = "0000000A";
  EXPECT_EQ(Probe(plain_).verdict, Proof::Verdict::kUndecided);
  observer_.transaction_id.clear();
  EXPECT_EQ(Probe(plain_).verdict, Proof::Verdict::kNotApplied);
}

TEST_F(PostgresDriverTest, ProvesByTransactionIdThatNothingHappened) {
  BecomeUnprivileged();
  observer_.before_commit = [] { return Error(Code::kAborted, reasons::kLeaseLost, "lost"); };
  EXPECT_EQ(Run("CREATE TABLE t (a int);").outcome, Outcome::kNotApplied);
  connection_.reset();
  const auto proof = Probe(plain_);
  EXPECT_EQ(proof.verdict, Proof::Verdict::kNotApplied) << proof.evidence;
}

TEST_F(PostgresDriverTest, DoesNotTrustAMarkerTableOfSomebodyElse) {
  BecomeUnprivileged();
  target_.Ask("CREATE SCHEMA argus_internal AUTHORIZATION plain");
  target_.Ask("SET ROLE plain; CREATE TABLE argus_internal.task_marker (task text PRIMARY KEY)");
  EXPECT_EQ(target_.Connect()->Inspect(RequestContext{})->proof, v1::TaskRun::TRANSACTION_ID);
}

TEST_F(PostgresDriverTest, KeepsTimeouts) {
  const auto statements = sql::Split("SELECT pg_sleep(600)", sql::Engine::kPostgres);
  ScriptRun run{MarkerOf("task", 1), &*statements};
  run.statement_timeout = std::chrono::milliseconds(50);
  const auto result = connection_->Run({}, run, observer_);
  EXPECT_EQ(result.error.reason(), "STATEMENT_FAILED");
  EXPECT_EQ(result.error.sqlstate(), "57014");
}

// COMMIT waits for a standby that does not exist, and the backend is ended while it waits: it has committed, but never
// says so.
TEST(PostgresLostAnswer, IsUnknownUntilProbed) {
  test::PostgresServer server({.settings = {"synchronous_standby_names=nobody", "synchronous_commit=local"}});
  const PostgresTestTarget target(server);
  RecordingObserver observer;
  std::thread killer;
  observer.before_commit = [&] {
    killer = std::thread([&] { target.TerminateWhenWaiting(observer.backend.pid, "SyncRep"); });
    return Ok();
  };
  const auto result =
      RunScript(*target.Connect(), "CREATE TABLE t (a int)", sql::Engine::kPostgres, observer, MarkerOf("task", 1));
  killer.join();
  EXPECT_EQ(result.outcome, Outcome::kUnknown);
  EXPECT_NE(result.evidence.find("COMMIT was sent"), std::string::npos) << result.evidence;
  const auto proof = target.driver().Probe({}, target.spec(), {"task", observer.backend, "", std::chrono::seconds(30)});
  ASSERT_TRUE(proof.ok()) << proof.error().ToString();
  EXPECT_EQ(proof->verdict, Proof::Verdict::kApplied) << proof->evidence;
}

}  // namespace
}  // namespace postgres
}  // namespace argus::target
