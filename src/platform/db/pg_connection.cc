#include "platform/db/pg_connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <charconv>
#include <utility>

#include "platform/db/errors.h"

namespace argus::db {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCancelGrace{3000};
constexpr std::size_t kMaxStatements = 256;

// The time limits are a second net under the deadlines kept here; a lost client must not hold locks for ever.
constexpr std::string_view kSetup =
    "SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '{}ms';"
    "SET bytea_output = 'hex'; SET standard_conforming_strings = on;"
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

// False on time-out.
bool Poll(int descriptor, bool also_writable, milliseconds limit) {
  pollfd waiting{descriptor, static_cast<short>(POLLIN | (also_writable ? POLLOUT : 0)), 0};
  return poll(&waiting, 1, static_cast<int>(limit.count())) > 0;
}

std::string ErrorText(PGconn* connection) {
  std::string text = PQerrorMessage(connection);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::int64_t AffectedRows(const PGresult* result) {
  const std::string_view text = PQcmdTuples(const_cast<PGresult*>(result));
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

bool Succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

// The server-side statement no longer fits the tables, or is gone (a proxy changed servers).
bool SpoilsStatements(std::string_view sqlstate) { return sqlstate == "0A000" || sqlstate == "26000"; }

}  // namespace

Status ConfirmCommit(const PgAnswer& answer) {
  return answer.tag == "COMMIT" ? Ok() : Status(StatementRefused("COMMIT was answered with " + answer.tag));
}

// One Sync or script: the caller's patience and, once that has ended, the time a cancelled server is given.
struct PgConnection::Wait {
  const Patience& patience;
  std::optional<Patience> grace = std::nullopt;
  bool gave_up = false;

  milliseconds Slice() const { return grace ? grace->Slice() : patience.Slice(); }
};

PgConnection::PgConnection(Handle connection) : connection_(std::move(connection)) {
  PQsetNoticeReceiver(connection_.get(), &PgConnection::OnNotice, this);
  if (PQsetnonblocking(connection_.get(), 1) != 0) lost_ = true;
}

// libpq hands out the server's last words to an idle session as a notice.
void PgConnection::OnNotice(void* self, const PGresult* notice) {
  if (ReadPgReport(notice).fatal) static_cast<PgConnection*>(self)->lost_ = true;
}

Result<std::unique_ptr<PgConnection>> PgConnection::Open(const std::vector<PgKeywords>& hosts, const Limits& limits,
                                                         const Patience& patience) {
  const Patience total = patience.AtMost(limits.connect);
  Error failure = Unavailable("no host");
  for (std::size_t host = 0; host < hosts.size() && !total.Exhausted(); ++host) {
    const auto left = static_cast<milliseconds::rep>(hosts.size() - host);
    const Patience share = total.AtMost(total.Left() / left);
    auto handle = Connect(hosts[host], share);
    if (handle.ok()) {
      std::unique_ptr<PgConnection> connection(new PgConnection(std::move(handle).value()));
      ARGUS_RETURN_IF_ERROR(connection->SetUp(limits, share));
      return connection;
    }
    failure = std::move(handle).error();
  }
  return patience.Exhausted() ? patience.Failure("a connection to the server") : failure;
}

Result<PgConnection::Handle> PgConnection::Connect(const PgKeywords& host, const Patience& patience) {
  std::vector<const char*> names, values;
  for (const auto& [name, value] : host) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  Handle connection(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection) return Unavailable("out of memory");
  auto state = PGRES_POLLING_WRITING;
  while (PQstatus(connection.get()) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    if (patience.Exhausted()) return patience.Failure("a connection to the server");
    if (!Poll(PQsocket(connection.get()), state == PGRES_POLLING_WRITING, patience.Slice())) continue;
    state = PQconnectPoll(connection.get());
  }
  if (state != PGRES_POLLING_OK) return Unavailable(ErrorText(connection.get()));
  return connection;
}

Status PgConnection::SetUp(const Limits& limits, const Patience& patience) {
  return RunScript(fmt::format(fmt::runtime(kSetup), limits.lock.count()), patience);
}

bool PgConnection::Alive() {
  while (!lost_ && Poll(PQsocket(connection_.get()), false, milliseconds{0})) {
    if (!PQconsumeInput(connection_.get())) lost_ = true;
  }
  PQisBusy(connection_.get());  // Parses what was read; OnNotice hears of an end.
  return !lost_;
}

bool PgConnection::Healthy() {
  return reusable_ && steps_.empty() && prepared_.size() <= kMaxStatements && Alive() && !InTransaction();
}

std::optional<std::vector<std::string>> PgConnection::TakeNotifications() {
  if (!Alive()) return std::nullopt;
  std::vector<std::string> payloads;
  while (PGnotify* notification = PQnotifies(connection_.get())) {
    if (notification->be_pid != PQbackendPID(connection_.get())) payloads.emplace_back(notification->extra);
    PQfreemem(notification);
  }
  return payloads;
}

void PgConnection::Sent(int accepted, Step step) {
  if (!accepted) lost_ = true;
  if (!lost_) steps_.push_back(std::move(step));
}

void PgConnection::Send(const BoundSql& sql) {
  if (lost_ || (steps_.empty() && !Alive())) return;
  auto [entry, fresh] = prepared_.try_emplace(sql.text);
  std::string& name = entry->second.name;
  if (fresh) {
    name = fmt::format("s{}", ++names_);
    Sent(PQsendPrepare(connection_.get(), name.c_str(), sql.text.c_str(), 0, nullptr), {true, sql.text});
  }
  const PgArguments arguments(sql.values);
  Sent(PQsendQueryPrepared(connection_.get(), name.c_str(), arguments.count(), arguments.pointers(),
                           arguments.lengths(), arguments.formats(), 0),
       {false, sql.text});
}

void PgConnection::SendCheck(const std::string& text) {
  if (lost_ || (steps_.empty() && !Alive())) return;
  Sent(PQsendPrepare(connection_.get(), "", text.c_str(), 0, nullptr), {true, text});
}

PgExchange PgConnection::Sync(const Patience& patience) {
  PgExchange exchange;
  const auto steps = std::exchange(steps_, {});
  if (lost_) {  // Before the last statement was sent.
    exchange.failure = Unavailable("the connection was lost");
    return exchange;
  }
  Wait wait{patience};
  PQpipelineSync(connection_.get());  // Its failure shows in the first answer.
  for (std::size_t n = 0; n < steps.size() && !lost_; ++n) Receive(steps[n], n + 1 == steps.size(), wait, exchange);
  if (!lost_) Next(wait);  // The answer to the Sync itself.
  std::erase_if(prepared_, [](const auto& statement) { return !statement.second.confirmed; });
  return exchange;
}

// An answer, and the null that ends it.
void PgConnection::Receive(const Step& step, bool last, Wait& wait, PgExchange& exchange) {
  const PgResult result = Next(wait);
  if (wait.gave_up) {
    exchange.failure = exchange.failure.value_or(wait.patience.Failure("an answer of the server"));
    exchange.last_in_doubt = true;
    return;
  }
  if (Succeeded(result.get())) {
    Accept(step, result.get(), exchange);
  } else if (!exchange.failure) {
    Refuse(result.get(), last, wait, exchange);
  }
  SkipToEnd(wait);
}

void PgConnection::Accept(const Step& step, const PGresult* result, PgExchange& exchange) {
  if (step.prepares) {
    if (auto entry = prepared_.find(step.text); entry != prepared_.end()) entry->second.confirmed = true;
    return;
  }
  if (exchange.failure) return;
  PgAnswer answer;
  answer.affected = AffectedRows(result);
  answer.tag = PQcmdStatus(const_cast<PGresult*>(result));
  answer.arrived = std::chrono::steady_clock::now();
  auto rows = DecodeRows(result);
  if (!rows.ok()) {
    exchange.failure = std::move(rows).error();
    return;
  }
  answer.rows = std::move(rows).value();
  exchange.answers.push_back(std::move(answer));
}

void PgConnection::Refuse(const PGresult* result, bool last, const Wait& wait, PgExchange& exchange) {
  PgReport report = ReadPgReport(result);
  const bool silent = report.sqlstate.empty();
  exchange.last_in_doubt = silent || (last && report.fatal);
  if (silent || report.fatal) lost_ = true;
  if (SpoilsStatements(report.sqlstate)) reusable_ = false;
  const bool cancelled = wait.grace && report.sqlstate == "57014";
  exchange.failure = cancelled ? wait.patience.Failure("a statement")
                               : ClassifySqlState(report.sqlstate, std::move(report.cause));
}

Status PgConnection::RunScript(const std::string& script, const Patience& patience) {
  if (lost_ || !Alive()) return Unavailable("the connection was lost");
  Wait wait{patience};
  PgExchange exchange;
  PQexitPipelineMode(connection_.get());
  if (!PQsendQuery(connection_.get(), script.c_str())) return Unavailable(ErrorText(connection_.get()));
  while (const PgResult result = Next(wait)) {
    if (!Succeeded(result.get()) && !exchange.failure) Refuse(result.get(), false, wait, exchange);
    if (lost_) break;
  }
  if (wait.gave_up) return patience.Failure("a script");
  if (!lost_) PQenterPipelineMode(connection_.get());
  return exchange.failure ? Status(*exchange.failure) : Ok();
}

PgResult PgConnection::Next(Wait& wait) {
  if (AwaitAnswer(wait)) return PgResult(PQgetResult(connection_.get()));
  wait.gave_up = true;
  lost_ = true;
  return nullptr;
}

void PgConnection::SkipToEnd(Wait& wait) {
  while (!lost_ && Next(wait)) {
    if (PQstatus(connection_.get()) == CONNECTION_BAD) lost_ = true;
  }
}

// False when the server did not answer a cancel either. A lost connection counts as an answer: PQgetResult tells of it.
bool PgConnection::AwaitAnswer(Wait& wait) {
  while (PQisBusy(connection_.get()) && PQstatus(connection_.get()) != CONNECTION_BAD) {
    const bool unsent = PQflush(connection_.get()) > 0;
    if (wait.grace && wait.grace->Exhausted()) return false;
    if (!wait.grace && wait.patience.Exhausted()) {
      Cancel();
      wait.grace.emplace(kCancelGrace);
    }
    if (Poll(PQsocket(connection_.get()), unsent, wait.Slice())) PQconsumeInput(connection_.get());
  }
  return true;
}

void PgConnection::Cancel() {
  reusable_ = false;
  char message[256];
  PGcancel* cancel = PQgetCancel(connection_.get());
  if (cancel) PQcancel(cancel, message, sizeof message);
  PQfreeCancel(cancel);
}

}  // namespace argus::db
