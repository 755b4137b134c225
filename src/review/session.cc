#include "review/session.h"

#include <algorithm>
#include <chrono>

#include "platform/base/reasons.h"
#include "review/protocol.h"
#include "review/sqlite_schema.h"
#include "review/statement_type.h"

namespace argus::review {
namespace {

// A script that ends so many children is not worth another one.
constexpr int kMaxFailures = 3;

MonotonicTime Now() { return std::chrono::steady_clock::now(); }

Parse TooComplex(std::string message) { return {.outcome = Outcome::kTooComplex, .message = std::move(message)}; }

}  // namespace

sql::Engine ToSqlEngine(v1::Engine engine) {
  return engine == v1::POSTGRES ? sql::Engine::kPostgres : sql::Engine::kSqlite;
}

Session::Session(ParserPool& pool, const RequestContext& ctx, const Script& script)
    : pool_(pool), ctx_(ctx), script_(script), deadline_(Now() + pool.options().script_timeout) {}

Session::~Session() {
  if (process_ != nullptr) pool_.Give(std::move(process_));
}

Result<Parse> Session::Judge(const sql::SqlStatement& statement) {
  ARGUS_RETURN_IF_ERROR(Interrupted());
  if (Exhausted()) return TooComplex("The script took too much time or memory before this statement.");
  if (process_ == nullptr) ARGUS_RETURN_IF_ERROR(Open());
  const auto answer = Ask(Encode(StatementRequest{statement.text}));
  auto parse = answer ? DecodeParse(*answer) : std::nullopt;
  if (parse) {
    Remember(statement, *parse);
    return *std::move(parse);
  }
  process_.reset();
  ++failures_;
  ARGUS_RETURN_IF_ERROR(Interrupted());
  return TooComplex("Parsing it took too much time, memory or stack.");
}

Status Session::Interrupted() const {
  if (ctx_.cancel->cancelled()) return Error(Code::kCancelled, reasons::kCancelled, "The review was cancelled.");
  if (!ctx_.expired(Now())) return Ok();
  return Error(Code::kDeadlineExceeded, reasons::kDeadlineExceeded, "The review took longer than its deadline.");
}

bool Session::Exhausted() const { return failures_ >= kMaxFailures || Now() >= deadline_; }

// The idle child may have ended unnoticed, hence twice. When even a new one fails, the statement's turn will show it.
Status Session::Open() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    ARGUS_ASSIGN(auto process, pool_.Take());
    if (Prepare(std::move(process))) return Ok();
  }
  return Ok();
}

bool Session::Prepare(std::unique_ptr<WorkerProcess> process) {
  process_ = std::move(process);
  bool ready = Ask(OpenMessage()).has_value();
  for (const auto definition : definitions_) ready = ready && Ask(Encode(StatementRequest{definition})).has_value();
  if (!ready) process_.reset();
  return ready;
}

std::string Session::OpenMessage() const {
  const auto& options = pool_.options();
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.statement_timeout).count();
  OpenRequest request{.engine = script_.engine,
                      .schema_known = script_.schema != nullptr,
                      .memory_limit = options.memory_limit,
                      .seconds_a_request = static_cast<std::uint32_t>(seconds + 1)};
  if (script_.engine == v1::SQLITE && script_.schema != nullptr) request.schema = SqliteDefinitions(*script_.schema);
  return Encode(request);
}

std::optional<std::string> Session::Ask(std::string_view request) {
  if (process_ == nullptr) return std::nullopt;
  const auto limit = std::min(Now() + pool_.options().statement_timeout, deadline_);
  return process_->Ask(request, [&] {
    const auto now = Now();
    return now >= limit || ctx_.expired(now);
  });
}

void Session::Remember(const sql::SqlStatement& statement, const Parse& parse) {
  if (script_.engine != v1::SQLITE || !parse.has_statement()) return;
  if (IsDefinition(StatementType(statement.text, sql::Engine::kSqlite))) definitions_.push_back(statement.text);
}

}  // namespace argus::review
