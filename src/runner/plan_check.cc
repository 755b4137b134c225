#include "runner/plan_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "domain/reasons.h"
#include "platform/lang/sql/text.h"
#include "store/database_store.h"
#include "store/instance_store.h"
#include "store/sheet_store.h"
#include "target/transactional.h"

namespace argus::runner {
namespace {

using Check = v1::PlanCheckRun;
using Results = std::vector<Check::Result>;

constexpr std::size_t kMaxScriptBytes = 1 << 30;

Check::Result Finding(Check::Verdict verdict, std::string_view code, std::string title, std::string content) {
  Check::Result result;
  result.set_verdict(verdict);
  result.set_code(std::string(code));
  result.set_title(std::move(title));
  result.set_content(std::move(content));
  return result;
}

int ToInt(std::string_view digits) {
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// What is wrong with a script before any parser sees it.
Check::Result ScriptFinding(const Error& error) {
  auto result = Finding(Check::ERROR, error.reason().name, "The script cannot be run", error.message());
  for (const auto& [key, value] : error.metadata()) {
    if (key == "line") result.mutable_position()->set_line(ToInt(value));
    if (key == "column") result.mutable_position()->set_column(ToInt(value));
  }
  return result;
}

bool WasStopped(const Error& error) {
  return error.code() == Code::kCancelled || error.code() == Code::kDeadlineExceeded;
}

Results ServerFindings(const target::ServerInfo& server) {
  Results results;
  if (server.read_only) {
    results.push_back(Finding(Check::ERROR, reasons::kTargetReadOnly.name, "The target accepts no writes",
                              server.in_recovery ? "The server is a standby or is recovering." : "It is read-only."));
  }
  if (server.proof == v1::TaskRun::NONE) {
    results.push_back(Finding(Check::WARNING, reasons::kOutcomeUnknown.name, "The outcome could not be proven",
                              "After a crash in the middle of the change nobody could prove whether it was committed: the "
                              "user may neither create Argus's marker table nor read transaction ids."));
  }
  if (results.empty()) {
    results.push_back(Finding(Check::SUCCESS, "CONNECTED", "Connected", fmt::format("Server version {}.", server.version)));
  }
  return results;
}

// A script with all that its views need.
struct LoadedScript {
  std::string text;
  std::vector<sql::SqlStatement> statements;
  v1::Engine engine = v1::ENGINE_UNSPECIFIED;
  std::string engine_version;
  std::optional<v1::DatabaseSchema> schema;
  std::optional<Error> defect;  // It cannot be cut into statements.

  review::Script View() const {
    return {.text = text,
            .statements = &statements,
            .engine = engine,
            .engine_version = engine_version,
            .schema = schema ? &*schema : nullptr};
  }
  sql::Engine sql_engine() const { return engine == v1::SQLITE ? sql::Engine::kSqlite : sql::Engine::kPostgres; }
};

// The schema as of the last sync; none before the first.
Result<std::optional<v1::DatabaseSchema>> FindSchema(store::Reader& reader, const domain::DatabaseName& name) {
  auto schema = store::GetDatabaseSchema(reader, name);
  if (schema.ok()) return std::optional(*std::move(schema));
  if (schema.error().code() == Code::kNotFound) return std::optional<v1::DatabaseSchema>();
  return std::move(schema).error();
}

// Behind a pointer, so that the statements' views stay where they are.
Result<std::unique_ptr<LoadedScript>> LoadScript(store::Reader& reader, const Check& run) {
  auto script = std::make_unique<LoadedScript>();
  ARGUS_ASSIGN(const auto sheet, domain::SheetName::Parse(run.sheet()));
  ARGUS_ASSIGN(const auto database, domain::DatabaseName::Parse(run.target()));
  ARGUS_ASSIGN(const auto instance, store::GetInstance(reader, database.Instance()));
  ARGUS_ASSIGN(script->text, store::ReadSheet(reader, sheet, kMaxScriptBytes));
  ARGUS_ASSIGN(script->schema, FindSchema(reader, database));
  script->engine = instance.engine();
  script->engine_version = instance.engine_version();
  auto statements = sql::Split(script->text, script->sql_engine());
  if (statements.ok()) {
    script->statements = *std::move(statements);
  } else {
    script->defect = statements.error();
  }
  return script;
}

// What a task run would refuse before it sends anything.
Status CheckRunnable(const LoadedScript& script) {
  if (script.defect) return *script.defect;
  ARGUS_ASSIGN(const auto directives, sql::ParseDirectives(script.text, script.sql_engine()));
  if (!directives.transaction) {
    return Error(Code::kFailedPrecondition, reasons::kUnsupportedStatement,
                 "Scripts with `-- txn-mode = off` cannot be run yet; every change runs in one transaction.");
  }
  return target::CheckTransactional(script.statements, script.sql_engine());
}

Check::Verdict Worst(const Results& results) {
  auto worst = Check::SUCCESS;
  for (const auto& result : results) worst = std::max(worst, result.verdict());
  return worst;
}

}  // namespace

Result<v1::PlanCheckRun> PlanChecks::Carry(const RequestContext& ctx, v1::PlanCheckRun run) {
  const auto results = Judge(ctx, run);
  if (!results.ok() && WasStopped(results.error())) return results.error();
  if (!results.ok()) {
    run.set_state(Check::FAILED);
    run.set_error(results.error().message());
    return run;
  }
  run.set_state(Check::DONE);
  run.set_verdict(Worst(*results));
  run.mutable_results()->Assign(results->begin(), results->end());
  return run;
}

Result<Results> PlanChecks::Judge(const RequestContext& ctx, v1::PlanCheckRun& run) {
  switch (run.type()) {
    case v1::PlanCheckRun::CONNECTION: return CheckConnection(ctx, run);
    case v1::PlanCheckRun::SYNTAX: return CheckSyntax(ctx, run);
    default: return Review(ctx, run);
  }
}

// That a target cannot be reached is what the check found, not a failure of the check.
Result<Results> PlanChecks::CheckConnection(const RequestContext& ctx, const v1::PlanCheckRun& run) {
  ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(run.target()));
  const auto inspect = [&]() -> Result<target::ServerInfo> {
    ARGUS_ASSIGN(const auto target, targets_.Resolve(ctx, name));
    ARGUS_ASSIGN(const auto connection, target.driver.Connect(ctx, target.spec));
    return connection->Inspect(ctx);
  };
  const auto server = inspect();
  if (server.ok()) return ServerFindings(*server);
  if (ctx.cancel->cancelled() || server.error().reason() == reasons::kDatabaseUnavailable) return server.error();
  return Results{Finding(v1::PlanCheckRun::ERROR, server.error().reason().name, "The target cannot be reached",
                         server.error().message())};
}

Result<Results> PlanChecks::CheckSyntax(const RequestContext& ctx, v1::PlanCheckRun& run) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto script, LoadScript(reader, run));
  if (script->defect) return Results{ScriptFinding(*script->defect)};
  ARGUS_ASSIGN(const auto types, reviewer_.StatementTypes(ctx, script->View()));
  run.mutable_summary()->mutable_statement_types()->Assign(types.begin(), types.end());
  run.mutable_summary()->set_statement_count(static_cast<std::int64_t>(script->statements.size()));
  if (const auto runnable = CheckRunnable(*script); !runnable.ok()) return Results{ScriptFinding(runnable.error())};
  return reviewer_.CheckSyntax(ctx, script->View());
}

Result<Results> PlanChecks::Review(const RequestContext& ctx, const v1::PlanCheckRun& run) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto script, LoadScript(reader, run));
  if (!script->defect) return reviewer_.Review(ctx, script->View());
  return Results{Finding(v1::PlanCheckRun::WARNING, "NOT_JUDGED", "The script could not be reviewed",
                         script->defect->message())};
}

}  // namespace argus::runner
