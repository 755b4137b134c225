#include "runner/run_execution.h"

#include "command/targets.h"
#include "domain/reasons.h"
#include "platform/lang/sql/text.h"
#include "platform/runtime/work_scope.h"
#include "runner/change_links.h"
#include "runner/outcome_proof.h"
#include "runner/run_outcome.h"
#include "store/sheet_store.h"

namespace argus::runner {
namespace {

using std::chrono::milliseconds;

// A script is held in memory while it runs.
constexpr std::size_t kMaxScriptBytes = 1 << 30;
// A lost answer to COMMIT is asked about for as long while the run still is ours; then it is left UNKNOWN.
constexpr ProofBounds kBounds{.undecided = milliseconds(10000), .unreachable = milliseconds(60000),
                              .pause = milliseconds(100)};

sql::Engine ToSqlEngine(v1::Engine engine) {
  return engine == v1::SQLITE ? sql::Engine::kSqlite : sql::Engine::kPostgres;
}

// Takes away the connection that a stop would interrupt before the connection is gone.
class Attachment {
 public:
  Attachment(ActiveRun& run, target::Connection& connection) : run_(run) { run_.Attach(&connection); }
  ~Attachment() { run_.Attach(nullptr); }
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;

 private:
  ActiveRun& run_;
};

}  // namespace

RunExecution::RunExecution(const RunServices& services, ActiveRun& run, const StopSignal& stop)
    : services_(services), run_(run), stop_(stop), ctx_(run.ctx()), record_ctx_(RunContext(run.claimed().origin, kTaskRunActor)) {
  report_.start = run.start();
}

void RunExecution::Execute() {
  const WorkLabel label("runner", "task_run");
  const std::string name = run_.claimed().name.ToString();
  const WorkNote note("task_run", name);
  const auto links = services_.tracer.enabled() ? ChangeLinks(services_.metastore, ctx_, run_.claimed().name)
                                                : std::vector<trace::Link>();
  auto span = services_.tracer.Start(
      ctx_, {.name = "task run", .kind = trace::SpanKind::kConsumer, .parent_is_remote = true, .links = &links});
  span.Enter(ctx_);
  span.Enter(record_ctx_);
  auto outcome = Attempt();
  if (!outcome.ok()) outcome = Outcome(NotStarted(run_.claimed().run, outcome.error(), run_.stop_reason()));
  if (!outcome->has_value()) return;
  report_.outcome = **std::move(outcome);
  DescribeOutcome(span);
  // Left to reconciliation if it cannot be recorded: the target's proof gives the same outcome.
  (void)RecordOutcome(services_, record_ctx_, run_.claimed(), std::move(report_), [this] { return stop_.given(); });
}

void RunExecution::DescribeOutcome(trace::Span& span) const {
  if (!span.recording()) return;
  const auto& run = report_.outcome;
  span.SetAll({{"argus.task_run", run_.claimed().name.ToString()},
               {"argus.database", run_.claimed().target.ToString()},
               {"argus.environment", run_.claimed().environment},
               {"argus.state", v1::TaskRun::State_Name(run.state())},
               {"argus.rows_affected", run.rows_affected()}});
  if (run.state() == v1::TaskRun::FAILED) span.SetError(run.error().reason());
  if (run.state() == v1::TaskRun::UNKNOWN) span.SetError("UNKNOWN");
}

// An error means that nothing was sent to the target.
Result<RunExecution::Outcome> RunExecution::Attempt() {
  ARGUS_ASSIGN(const auto target, services_.targets.Resolve(ctx_, run_.claimed().target));
  const auto engine = ToSqlEngine(target.engine);
  ARGUS_ASSIGN(const auto statements, LoadStatements(engine));
  ARGUS_ASSIGN(const auto connection, target.driver.Connect(ctx_, target.spec));
  return RunScript(*connection, statements, engine);
}

Result<std::vector<sql::SqlStatement>> RunExecution::LoadStatements(sql::Engine engine) {
  auto reader = services_.metastore.Read(ctx_);
  ARGUS_ASSIGN(script_, store::ReadSheet(reader, run_.claimed().sheet, kMaxScriptBytes));
  ARGUS_ASSIGN(const auto directives, sql::ParseDirectives(script_, engine));
  if (!directives.transaction) {
    return Error(Code::kFailedPrecondition, reasons::kUnsupportedStatement,
                 "Scripts with `-- txn-mode = off` cannot be run yet; every change runs in one transaction.");
  }
  return sql::Split(script_, engine);
}

RunExecution::Outcome RunExecution::RunScript(target::Connection& connection,
                                              const std::vector<sql::SqlStatement>& statements, sql::Engine engine) {
  const auto& claimed = run_.claimed();
  RunRecorder recorder(services_, run_, record_ctx_, statements, engine);
  target::ScriptRun script;
  script.marker = {.task = claimed.name.Task().ToString(),
                   .task_run = claimed.name.ToString(),
                   .attempt_token = claimed.token.token,
                   .content_hash = claimed.sheet.sha256};
  script.statements = &statements;
  const Attachment attachment(run_, connection);
  const auto result = connection.Run(ctx_, script, recorder);
  report_.log_rest = recorder.TakeRest();
  if (result.outcome == target::Outcome::kUnknown) return Prove(result, recorder.intent());
  return FromResult(claimed.run, result, run_.stop_reason());
}

RunExecution::Outcome RunExecution::Prove(const target::RunResult& result, const store::Intent& intent) {
  auto run = run_.claimed().run;
  run.set_statements_done(static_cast<int>(result.statements_done));
  const auto proof = ProveOutcome(services_, record_ctx_, run_.claimed(), intent, kBounds, stop_, [] { return Ok(); });
  if (!proof.ok()) return std::nullopt;
  if (proof->verdict == target::Proof::Verdict::kApplied) run.set_rows_affected(result.rows_affected);
  return FromProof(run, *proof, result.evidence);
}

}  // namespace argus::runner
