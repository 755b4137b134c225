// The one way to write to the metastore: changes, their announcements and their audit entries commit together or not at
// all.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/entry.h"
#include "platform/base/clock.h"
#include "store/audit_id.h"
#include "store/metrics.h"
#include "store/notifier.h"
#include "store/reader.h"

namespace argus::store {

// What an update relies on. A breach dooms the transaction and surfaces, at the latest at Commit, as
enum class Guard {
  kNone,
  kVersion,       // exactly one row has this key and version: else ABORTED / ETAG_MISMATCH
  kOwner,         // exactly one row has this key and attempt token: else ABORTED / LEASE_LOST
  kNewKey,        // no row has this key: else ALREADY_EXISTS / RESOURCE_ALREADY_EXISTS
  kContendedKey,  // no row has this key: else the transaction runs again, to draw another key or to find that row
};

// The writes that need no audit entry, because nobody decided them: the closed list of exceptions to "no audit entry,
// no action".
enum class Unaudited {
  kLeaseRenewal,     // a holder says that it is alive
  kRunProgress,      // intent, statement log and counters of a task run; its start and end are audited
  kCheckProgress,    // claim and renewal of a plan check run; its end is audited
  kSyncBookkeeping,  // what a sync of a target found
  kTokenTouch,       // a session was used
  kOutboxDelivery,   // announcements were read or trimmed
  kSheetUpload,      // a chunk of a sheet that is not published yet
  kExpiry,           // sessions, request ids and uploads whose time is over are removed
};

// Not thread-safe; made by Metastore::Write, which runs it again whole on a serialization failure. Every error is
// final: each later call gives the same one.
class Transaction final : public Reader {
 public:
  // What all transactions of a process share.
  struct Surroundings {
    std::string server_key;
    std::string replica;  // Names this process in the outbox.
    Notifier notifier;
    AuditIds audit_ids;
    StoreMetrics* metrics = nullptr;  // Null: nothing is counted.
  };
  struct Times {
    Timestamp now;
    Timestamp lease_now;
  };
  // The references must outlive it.
  Transaction(const RequestContext& ctx, db::Transaction& transaction, Surroundings& surroundings, Times times);

  const RequestContext& ctx() const { return ctx_; }
  // The server's time at the begin, for everything that is shown or compared with what people wrote.
  Timestamp now() const { return times_.now; }
  // The time of the clock that all replicas share, for leases only.
  Timestamp lease_now() const { return times_.lease_now; }
  std::string_view server_key() const override { return surroundings_.server_key; }

  // Sends what is queued first.
  Result<db::Rows> Query(const db::Statement& statement, const db::Params& params) override;
  // Queues a write; its error surfaces at the next Query, Flush or Commit.
  void Exec(const db::Statement& statement, db::Params params, Guard guard = Guard::kNone);
  // A write that answers rows (RETURNING); sends what is queued first. `guard` must not be one that counts rows.
  Result<db::Rows> ExecReturning(const db::Statement& statement, const db::Params& params, Guard guard = Guard::kNone);
  // An UPDATE that answers its row; where there is none, the error of `guard`, which must be kVersion or kOwner.
  Result<db::Row> ExecReturningOne(const db::Statement& statement, const db::Params& params, Guard guard);
  Status Flush();

  // Tells, after the commit and on every replica, that `resource` changed.
  void Announce(Topic topic, std::string resource, std::int64_t version = 0);

  // `act` is called once, on this thread, right after the commit has succeeded: for what counts facts. Never for an attempt
  // that was rolled back or run again, nor for a commit whose answer was lost. Must not throw.
  void OnCommitted(std::function<void()> act) { on_committed_.push_back(std::move(act)); }

  // The only ways to commit. At least one entry is needed, else INTERNAL. Entries get their id and timestamp here;
  // actor, address and correlation id come from the context where an entry leaves them empty.
  Status Commit(std::span<const audit::Entry> entries);
  Status Commit(const audit::Entry& entry) { return Commit(std::span(&entry, 1)); }
  Status CommitUnaudited(Unaudited reason);

  // Something was queued that is not committed.
  bool dirty() const { return dirty_; }

 private:
  Error Explain(Error error) const;
  void WriteEntry(audit::Entry entry);
  std::vector<Announcement> WriteAnnouncements();
  Status CommitAndPublish();

  const RequestContext& ctx_;
  db::Transaction& transaction_;
  Surroundings& surroundings_;
  const Times times_;
  std::map<std::string_view, Guard> guards_;                             // by statement
  std::map<std::pair<Topic, std::string>, std::int64_t> announcements_;  // -> the newest version
  std::vector<std::function<void()>> on_committed_;
  bool dirty_ = false;
};

}  // namespace argus::store
