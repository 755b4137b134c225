#include "target/traced_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "platform/telemetry/trace/fake_exporter_test_support.h"

namespace argus::target {
namespace {

using OtlpSpan = trace::Collector::OtlpSpan;

// Reports the second statement as refused; remembers the trace in which each ran.
class FakeConnection final : public Connection {
 public:
  Result<ServerInfo> Inspect(const RequestContext&) override { return ServerInfo(); }
  Result<v1::DatabaseSchema> SyncSchema(const RequestContext&) override { return v1::DatabaseSchema(); }
  RunResult Run(const RequestContext& ctx, const ScriptRun&, RunObserver& observer) override {
    v1::TaskRunError error;
    error.set_reason("STATEMENT_FAILED");
    error.set_message("value 'secret' is wrong");
    error.set_sqlstate("22P02");
    observer.BeforeStatement(0);
    comment_span = ctx.trace.span_id;
    observer.AfterStatement({.index = 0, .rows_affected = 3});
    observer.BeforeStatement(1);
    observer.AfterStatement({.index = 1, .error = &error});
    return {.outcome = Outcome::kNotApplied, .error = error};
  }
  void Cancel() override {}
  Status Reset(const RequestContext&) override { return Ok(); }

  static inline std::string comment_span;
};

class FakeDriver final : public Driver {
 public:
  Result<std::unique_ptr<Connection>> Connect(const RequestContext&, const ConnectionSpec& spec) const override {
    if (spec.database == "gone") return Error(Code::kUnavailable, reasons::kConnectionFailed, "gone");
    return std::unique_ptr<Connection>(std::make_unique<FakeConnection>());
  }
  Result<std::vector<std::string>> ListDatabases(const RequestContext&, const ConnectionSpec&) const override {
    return std::vector<std::string>{};
  }
  Result<ServerInfo> Inspect(const RequestContext&, const ConnectionSpec&) const override { return ServerInfo(); }
  Result<Proof> Probe(const RequestContext&, const ConnectionSpec&, const ProofQuery&) const override { return Proof(); }
};

class QuietObserver final : public RunObserver {
 public:
  Status OnBackend(const Backend&) override { return Ok(); }
  void BeforeStatement(std::size_t) override {}
  void AfterStatement(const StatementReport&) override {}
  Status BeforeCommit(const std::string&) override { return Ok(); }
};

class TracedDriverTest : public ::testing::Test {
 protected:
  std::vector<OtlpSpan> Exported() {
    EXPECT_TRUE(tracer_.Flush(std::chrono::seconds(30)));
    return collector_.spans();
  }
  static std::string Text(const OtlpSpan& span, const std::string& key) {
    for (const auto& attribute : span.attributes()) {
      if (attribute.key() != key) continue;
      return attribute.value().has_int_value() ? std::to_string(attribute.value().int_value())
                                               : attribute.value().string_value();
    }
    return "(none)";
  }

  trace::Collector collector_;
  trace::Tracer tracer_{{}, std::make_unique<trace::FakeExporter>(collector_)};
  const TracedDriver driver_{std::make_unique<FakeDriver>(), "postgresql", sql::Engine::kPostgres, tracer_};
  const ConnectionSpec spec_{.host = "db1", .port = 6432, .password = "secret", .database = "shop"};
};

TEST_F(TracedDriverTest, AConnectionNamesItsServer) {
  ASSERT_TRUE(driver_.Connect({}, spec_).ok());
  const auto spans = Exported();
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name(), "connect");
  EXPECT_EQ(spans[0].kind(), OtlpSpan::SPAN_KIND_CLIENT);
  EXPECT_EQ(Text(spans[0], "db.system.name"), "postgresql");
  EXPECT_EQ(Text(spans[0], "db.namespace"), "shop");
  EXPECT_EQ(Text(spans[0], "server.address"), "db1");
  EXPECT_EQ(Text(spans[0], "server.port"), "6432");
  EXPECT_EQ(spans[0].DebugString().find("secret"), std::string::npos);
}

TEST_F(TracedDriverTest, AFailureIsAnError) {
  auto spec = spec_;
  spec.database = "gone";
  ASSERT_FALSE(driver_.Connect({}, spec).ok());
  EXPECT_EQ(Text(Exported()[0], "error.type"), "CONNECTION_FAILED");
}

TEST_F(TracedDriverTest, EachStatementIsAChildOfItsRunWithoutLiterals) {
  const auto connection = *driver_.Connect({}, spec_);
  const auto statements =
      *sql::Split("INSERT INTO t\n VALUES ('secret', 42);\nupdate t SET a = 'secret'", sql::Engine::kPostgres);
  const ScriptRun run{.statements = &statements};
  QuietObserver observer;
  connection->Run({}, run, observer);
  const auto spans = Exported();
  ASSERT_EQ(spans.size(), 4u);
  const auto &insert = spans[1], &update = spans[2], &script = spans[3];
  EXPECT_EQ(insert.name(), "INSERT");
  EXPECT_EQ(insert.parent_span_id(), script.span_id());
  EXPECT_EQ(insert.trace_id(), script.trace_id());
  EXPECT_EQ(HexEncode(insert.span_id()), FakeConnection::comment_span);
  EXPECT_EQ(Text(insert, "db.query.summary"), "INSERT INTO t");
  EXPECT_EQ(Text(insert, "db.query.text"), "INSERT INTO t\n VALUES (?, ?)");
  EXPECT_EQ(Text(insert, "db.response.affected_rows"), "3");
  EXPECT_EQ(Text(update, "db.response.status_code"), "22P02");
  EXPECT_EQ(Text(update, "error.type"), "22P02");
  EXPECT_EQ(Text(script, "error.type"), "STATEMENT_FAILED");
  for (const auto& span : spans) EXPECT_EQ(span.DebugString().find("secret"), std::string::npos) << span.name();
}

TEST_F(TracedDriverTest, SqliteHasNoServer) {
  const TracedDriver sqlite(std::make_unique<FakeDriver>(), "sqlite", sql::Engine::kSqlite, tracer_);
  ASSERT_TRUE(sqlite.Connect({}, spec_).ok());
  EXPECT_EQ(Text(Exported()[0], "server.address"), "(none)");
}

}  // namespace
}  // namespace argus::target
