#include "target/postgres/session.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>

#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "target/postgres/connect_error.h"
#include "target/postgres/connect_params.h"

namespace argus::target::postgres {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// How long a cancelled statement may take to end before the connection is dropped.
constexpr milliseconds kCancelGrace{10000};
// How soon a cancel token is noticed.
constexpr milliseconds kTick{50};

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

std::string Field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : ReplaceInvalidUtf8(text);
}

std::int64_t ToInt(std::string_view digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

ServerError ReadError(const PGresult* result) {
  ServerError error{Field(result, PG_DIAG_SQLSTATE), Field(result, PG_DIAG_MESSAGE_PRIMARY),
                    Field(result, PG_DIAG_MESSAGE_DETAIL), Field(result, PG_DIAG_MESSAGE_HINT),
                    static_cast<std::size_t>(ToInt(Field(result, PG_DIAG_STATEMENT_POSITION)))};
  if (error.message.empty()) error.message = ReplaceInvalidUtf8(PQresultErrorMessage(result));
  while (!error.message.empty() && error.message.back() == '\n') error.message.pop_back();
  return error;
}

// Rows that a SELECT, FETCH or SHOW gave back are not affected by it.
bool ChangesRows(const PGresult* result, std::string_view tag) {
  if (PQresultStatus(result) == PGRES_COMMAND_OK) return true;
  return tag.starts_with("INSERT") || tag.starts_with("UPDATE") || tag.starts_with("DELETE") ||
         tag.starts_with("MERGE");
}

void KeepRows(const PGresult* result, std::vector<Cells>& rows) {
  for (int row = 0; row < PQntuples(result); ++row) {
    Cells cells;
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, row, column)) {
        cells.emplace_back();
      } else {
        cells.emplace_back(std::in_place, PQgetvalue(result, row, column),
                           static_cast<std::size_t>(PQgetlength(result, row, column)));
      }
    }
    rows.push_back(std::move(cells));
  }
}

}  // namespace

Result<std::unique_ptr<Session>> Session::Connect(const RequestContext& ctx, const ConnectionSpec& spec) {
  ARGUS_ASSIGN(const auto params, ConnectParams::Make(spec));
  std::unique_ptr<Session> session(new Session);
  session->connection_.reset(
      PQconnectStartParams(params.keywords().data(), params.values().data(), /*expand_dbname=*/0));
  if (session->connection_ == nullptr) return Error(Code::kResourceExhausted, reasons::kInternal, "out of memory");
  ARGUS_RETURN_IF_ERROR(session->Establish(ctx, spec.connect_timeout));
  session->cancel_.reset(PQgetCancel(session->connection_.get()));
  return session;
}

Status Session::Establish(const RequestContext& ctx, milliseconds timeout) {
  PGconn* const connection = connection_.get();
  // The verbose form is the only one that tells the SQLSTATE of a refused login.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  PQsetNoticeReceiver(
      connection, [](void*, const PGresult*) {}, nullptr);
  const auto until = std::min(ctx.deadline, Clock::now() + timeout);
  if (PQstatus(connection) == CONNECTION_BAD) return ConnectError(PQerrorMessage(connection));
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(connection)) {
    if (state == PGRES_POLLING_FAILED) return ConnectError(PQerrorMessage(connection));
    if (!WaitForSocket(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until, ctx.cancel.get())) {
      return ctx.cancel->cancelled()
                 ? Error(Code::kCancelled, reasons::kCancelled, "connecting was cancelled")
                 : Error(Code::kUnavailable, reasons::kConnectionFailed, "the target server did not answer in time");
    }
  }
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  PQsetnonblocking(connection, 1);
  return Ok();
}

Reply Session::Send(const RequestContext& ctx, const std::string& sql) {
  return Await(ctx, PQsendQuery(connection_.get(), sql.c_str()), OnExpiry::kCancelStatement, Rows::kKeep);
}

Reply Session::Query(const RequestContext& ctx, const std::string& sql, const std::vector<std::string>& params) {
  std::vector<const char*> values;
  for (const auto& param : params) values.push_back(param.c_str());
  const int sent = PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, /*resultFormat=*/0);
  return Await(ctx, sent, OnExpiry::kCancelStatement, Rows::kKeep);
}

Reply Session::Execute(const RequestContext& ctx, const std::string& sql) {
  const int sent = PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0);
  return Await(ctx, sent, OnExpiry::kCancelStatement, Rows::kDrop);
}

Reply Session::EndTransaction(const char* command, milliseconds patience) {
  RequestContext ctx;
  ctx.deadline = Clock::now() + patience;
  return Await(ctx, PQsendQuery(connection_.get(), command), OnExpiry::kGiveUp, Rows::kDrop);
}

void Session::Cancel() {
  canceled_.Cancel();
  CancelRunning();
}

void Session::CancelRunning() {
  char why[256];
  if (cancel_ != nullptr) PQcancel(cancel_.get(), why, sizeof why);
}

std::string Session::Literal(std::string_view text) const {
  char* const quoted = PQescapeLiteral(connection_.get(), text.data(), text.size());
  std::string literal(quoted == nullptr ? "NULL" : quoted);
  PQfreemem(quoted);
  return literal;
}

Reply Session::Await(const RequestContext& ctx, int sent, OnExpiry on_expiry, Rows rows) {
  Reply reply;
  if (sent != 1) return Lost(std::move(reply), PQerrorMessage(connection_.get()));
  PQsetSingleRowMode(connection_.get());
  auto until = ctx.deadline;
  bool patient = on_expiry == OnExpiry::kCancelStatement;
  const CancelToken* token = patient ? ctx.cancel.get() : nullptr;
  for (;;) {
    while (alive() && !ReadyForResult()) {
      const short events = PQflush(connection_.get()) > 0 ? POLLIN | POLLOUT : POLLIN;
      if (WaitForSocket(events, until, token)) continue;
      if (!patient) return Lost(std::move(reply), "the server did not answer in time");
      CancelRunning();
      patient = false;
      token = nullptr;
      until = Clock::now() + kCancelGrace;
    }
    const std::unique_ptr<PGresult, Clear> result(PQgetResult(connection_.get()));
    if (result == nullptr) break;
    Absorb(result.get(), rows, reply);
    if (reply.kind == Reply::Kind::kLost) return reply;
  }
  if (!alive()) reply.kind = Reply::Kind::kLost;
  return reply;
}

// Moves bytes in both directions as far as the socket allows.
bool Session::ReadyForResult() {
  PGconn* const connection = connection_.get();
  const bool sending = PQflush(connection) == 1;
  if (PQconsumeInput(connection) == 0) return true;  // The failure is the result.
  return !sending && PQisBusy(connection) == 0;
}

bool Session::WaitForSocket(short events, MonotonicTime until, const CancelToken* cancel) {
  for (;;) {
    if (cancel != nullptr && (cancel->cancelled() || canceled_.cancelled())) return false;
    const auto now = Clock::now();
    if (now >= until) return false;
    const auto left = until - now < kTick ? std::chrono::ceil<milliseconds>(until - now) : kTick;
    pollfd socket{PQsocket(connection_.get()), events, 0};
    if (poll(&socket, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

void Session::Absorb(PGresult* result, Rows rows, Reply& reply) {
  const auto status = PQresultStatus(result);
  switch (status) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK: {
      if (rows == Rows::kKeep) KeepRows(result, reply.rows);
      if (status == PGRES_SINGLE_TUPLE) return;
      reply.tag = PQcmdStatus(result);
      if (ChangesRows(result, reply.tag)) reply.rows_affected += ToInt(PQcmdTuples(result));
      return;
    }
    case PGRES_EMPTY_QUERY:
      return;
    case PGRES_FATAL_ERROR:
      reply.kind = Reply::Kind::kRefused;
      if (reply.error.message.empty()) reply.error = ReadError(result);  // A FATAL is followed by the loss it causes.
      return;
    default:  // COPY and replication: data would have to flow that we do not have.
      reply = Lost(std::move(reply), "the statement wants to exchange data with the client");
  }
}

Reply Session::Lost(Reply reply, std::string_view why) {
  reply.kind = Reply::Kind::kLost;
  if (reply.error.message.empty()) reply.error.message = ReplaceInvalidUtf8(why);
  connection_.reset();
  return reply;
}

Error QueryError(const Reply& reply) {
  if (reply.kind == Reply::Kind::kLost) {
    return Error(Code::kUnavailable, reasons::kConnectionFailed, "the connection to the target broke")
        .WithCause(reply.error.message);
  }
  return Error(Code::kFailedPrecondition, reasons::kStatementFailed,
               "the target refused a query: " + reply.error.message)
      .WithMetadata("sqlstate", reply.error.sqlstate);
}

}  // namespace argus::target::postgres
