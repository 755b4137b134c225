#include "store/transaction.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "domain/reasons.h"
#include "platform/db/errors.h"
#include "store/audit_log_row.h"
#include "store/etag.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kInsertOutbox{"outbox.insert",
                                      "INSERT INTO outbox (replica, topic, resource, version, create_time)"
                                      " VALUES (:replica, :topic, :resource, :version, :create_time)"};

db::Expect ExpectOf(Guard guard) {
  return guard == Guard::kVersion || guard == Guard::kOwner ? db::Expect::kOneRow : db::Expect::kAny;
}

// db::InStatement puts the name of the statement that failed before the cause.
bool FailedIn(const Error& error, std::string_view statement) {
  return error.cause().starts_with(statement) && error.cause().substr(statement.size()).starts_with(": ");
}

Error LeaseLost() {
  return Error(Code::kAborted, reasons::kLeaseLost,
               "The run belongs to another owner by now; its result was not written.");
}

Error AlreadyExists() {
  return Error(Code::kAlreadyExists, reasons::kResourceAlreadyExists, "A resource of this name exists already.");
}

Error Interpret(Guard guard, Error error) {
  const bool wrong_count = db::IsUnexpectedRowCount(error);
  const bool duplicate = error.code() == Code::kAlreadyExists;
  if (guard == Guard::kVersion && wrong_count) return EtagMismatch().WithCause(error.cause());
  if (guard == Guard::kOwner && wrong_count) return LeaseLost().WithCause(error.cause());
  if (guard == Guard::kNewKey && duplicate) return AlreadyExists().WithCause(error.cause());
  if (guard == Guard::kContendedKey && duplicate) return db::SerializationConflict(error.cause());
  return error;
}

}  // namespace

Transaction::Transaction(const RequestContext& ctx, db::Transaction& transaction, Surroundings& surroundings,
                         Times times)
    : ctx_(ctx), transaction_(transaction), surroundings_(surroundings), times_(times) {}

Error Transaction::Explain(Error error) const {
  const auto failed =
      std::find_if(guards_.begin(), guards_.end(), [&](const auto& guarded) { return FailedIn(error, guarded.first); });
  return failed == guards_.end() ? error : Interpret(failed->second, std::move(error));
}

Result<db::Rows> Transaction::Query(const db::Statement& statement, const db::Params& params) {
  auto rows = transaction_.Query(statement, params);
  if (!rows.ok()) return Explain(std::move(rows).error());
  return rows;
}

void Transaction::Exec(const db::Statement& statement, db::Params params, Guard guard) {
  dirty_ = true;
  guards_[statement.name] = guard;
  transaction_.Exec(statement, std::move(params), ExpectOf(guard));
}

Result<db::Rows> Transaction::ExecReturning(const db::Statement& statement, const db::Params& params, Guard guard) {
  dirty_ = true;
  guards_[statement.name] = guard;
  return Query(statement, params);
}

Result<db::Row> Transaction::ExecReturningOne(const db::Statement& statement, const db::Params& params, Guard guard) {
  ARGUS_ASSIGN(db::Rows rows, ExecReturning(statement, params, guard));
  if (rows.size() == 1) return std::move(rows.front());
  return Interpret(guard,
                   db::InStatement(db::UnexpectedRowCount(static_cast<std::int64_t>(rows.size())), statement.name));
}

Status Transaction::Flush() {
  auto status = transaction_.Flush();
  return status.ok() ? Ok() : Status(Explain(std::move(status).error()));
}

void Transaction::Announce(Topic topic, std::string resource, std::int64_t version) {
  std::int64_t& newest = announcements_[{topic, std::move(resource)}];
  newest = std::max(newest, version);
}

Status Transaction::Commit(std::span<const audit::Entry> entries) {
  if (entries.empty()) {
    return Error(Code::kInternal, reasons::kInternal, "The server failed.")
        .WithCause("a commit without an audit entry");
  }
  for (const audit::Entry& entry : entries) WriteEntry(entry);
  return CommitAndPublish();
}

Status Transaction::CommitUnaudited(Unaudited) { return CommitAndPublish(); }

void Transaction::WriteEntry(audit::Entry entry) {
  entry.id = surroundings_.audit_ids.Next(times_.now);
  entry.timestamp = times_.now;
  if (entry.actor.empty()) entry.actor = ctx_.actor;
  if (entry.actor_ip.empty()) entry.actor_ip = ctx_.client_address;
  if (entry.correlation_id.empty()) entry.correlation_id = ctx_.correlation_id;
  if (StoreMetrics* const metrics = surroundings_.metrics; metrics != nullptr) {
    OnCommitted([metrics, action = entry.action, status = entry.response_status] { metrics->EntryCommitted(action, status); });
  }
  Exec(kInsertAuditLog, AuditLogRow(std::move(entry), ctx_.trace.trace_id), Guard::kContendedKey);  // Another replica may have drawn the id.
}

std::vector<Announcement> Transaction::WriteAnnouncements() {
  std::vector<Announcement> announcements;
  for (const auto& [what, version] : std::exchange(announcements_, {})) {
    const auto& [topic, resource] = what;
    Exec(kInsertOutbox, {{"replica", surroundings_.replica},
                         {"topic", TopicName(topic)},
                         {"resource", resource},
                         {"version", version},
                         {"create_time", times_.now}});
    announcements.push_back({topic, resource, version});
  }
  return announcements;
}

Status Transaction::CommitAndPublish() {
  const std::vector<Announcement> announcements = WriteAnnouncements();
  auto status = transaction_.Commit();
  // After a commit whose answer was lost a hint too many does no harm.
  if (status.ok() || db::IsCommitUnknown(status.error())) surroundings_.notifier.Publish(announcements);
  if (!status.ok()) return Explain(std::move(status).error());
  dirty_ = false;
  for (const auto& act : std::exchange(on_committed_, {})) act();
  return Ok();
}

Statements TransactionStatements() { return {kInsertAuditLog, kInsertOutbox}; }

}  // namespace argus::store
