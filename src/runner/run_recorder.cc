#include "runner/run_recorder.h"

#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "platform/lang/sql/position.h"
#include "platform/lang/sql/text.h"
#include "store/row.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;

constexpr std::size_t kSummaryLength = 200;
// Enough of a long statement for its first line.
constexpr std::size_t kSummarySource = 4096;
// Whichever comes first.
constexpr std::size_t kFlushEntries = 256;
constexpr std::chrono::seconds kFlushInterval{1};
// A flush holds up the transaction on the target: it may fail, the entries go with the next one.
constexpr std::chrono::seconds kFlushPatience{2};

}  // namespace

// A cut may split a literal, which then hides all behind it, or a character, whose bytes are replaced.
std::string Summarize(std::string_view statement, sql::Engine engine) {
  std::string text = sql::RedactLiterals(statement.substr(0, kSummarySource), engine);
  text.erase(std::min(text.find_first_of("\r\n"), text.size()));
  text = ReplaceInvalidUtf8(text);
  text.erase(sql::OffsetOfCodePoint(text, kSummaryLength));
  return text;
}

RunRecorder::RunRecorder(const RunServices& services, const ActiveRun& run, const RequestContext& ctx,
                         const std::vector<sql::SqlStatement>& statements, sql::Engine engine)
    : services_(services),
      progress_(services.metastore, services.changes),
      run_(run),
      ctx_(ctx),
      statements_(statements),
      engine_(engine),
      last_flush_(Monotonic::now()) {}

Status RunRecorder::OnBackend(const target::Backend& backend) {
  intent_ = {.backend_pid = backend.pid,
             .backend_start = backend.start,
             .system_identifier = backend.system_identifier,
             .timeline = backend.timeline,
             .proof = backend.proof,
             .transaction_id = {},
             .statements_total = static_cast<std::int32_t>(statements_.size())};
  ARGUS_RETURN_IF_ERROR(CheckStillOurs());
  return progress_.RecordIntent(ctx_, run_.claimed().token, intent_);
}

void RunRecorder::BeforeStatement(std::size_t) { statement_start_ = services_.metastore.clock().Now(); }

void RunRecorder::AfterStatement(const target::StatementReport& report) {
  const auto engine = engine_ == sql::Engine::kSqlite ? v1::SQLITE : v1::POSTGRES;
  services_.metrics.TargetStatementEnded(engine, report.duration);
  pending_.push_back(ToEntry(report));
  FlushIfDue();
}

v1::TaskRunLog::Entry RunRecorder::ToEntry(const target::StatementReport& report) const {
  const auto& statement = statements_[report.index];
  v1::TaskRunLog::Entry entry;
  entry.set_statement(static_cast<int>(report.index) + 1);
  entry.mutable_position()->set_line(static_cast<int>(statement.start.line));
  entry.mutable_position()->set_column(static_cast<int>(statement.start.column));
  entry.set_summary(Summarize(statement.text, engine_));
  entry.set_rows_affected(report.rows_affected);
  *entry.mutable_start_time() = store::ToProto(statement_start_);
  entry.mutable_duration()->set_seconds(report.duration.count() / 1'000'000);
  entry.mutable_duration()->set_nanos(static_cast<int>(report.duration.count() % 1'000'000) * 1'000);
  if (report.error != nullptr) *entry.mutable_error() = *report.error;
  return entry;
}

void RunRecorder::FlushIfDue() {
  const auto now = Monotonic::now();
  if (pending_.size() < kFlushEntries && now - last_flush_ < kFlushInterval) return;
  last_flush_ = now;
  auto ctx = ctx_;
  ctx.deadline = now + kFlushPatience;
  const auto flushed = progress_.AppendLog(ctx, run_.claimed().token, pending_);
  const bool written_before = !flushed.ok() && flushed.error().code() == Code::kAlreadyExists;
  if (flushed.ok() || written_before) pending_.clear();
}

Status RunRecorder::BeforeCommit(const std::string& transaction_id) {
  ARGUS_RETURN_IF_ERROR(CheckStillOurs());
  if (transaction_id.empty()) return Ok();
  intent_.transaction_id = transaction_id;
  ARGUS_RETURN_IF_ERROR(progress_.RecordTransactionId(ctx_, run_.claimed().token, transaction_id));
  return CheckStillOurs();
}

Status RunRecorder::CheckStillOurs() const {
  if (run_.stop_reason() != StopReason::kNone) {
    return Error(Code::kCancelled, reasons::kInterrupted, "The run was stopped.");
  }
  if (run_.LeaseHolds(Monotonic::now())) return Ok();
  return Error(Code::kAborted, reasons::kLeaseLost, "The lease of the run could not be kept.");
}

}  // namespace argus::runner
