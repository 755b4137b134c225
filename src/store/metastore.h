// The metastore as the program holds it: one database, its clock and its notifier.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "platform/base/clock.h"
#include "platform/db/database.h"
#include "store/notifier.h"
#include "store/reader.h"
#include "store/transaction.h"

namespace argus::store {

// Thread-safe.
class Metastore {
 public:
  // Connects, migrates the schema and reads (or makes) the server key. `clock` must outlive it. Errors as
  // db::Database::Open and db migrations give them: a schema from a newer binary is FAILED_PRECONDITION /
  // SCHEMA_TOO_NEW. `metrics`, which must outlive it, may be null.
  static Result<std::unique_ptr<Metastore>> Open(db::Options options, const Clock& clock, StoreMetrics* metrics = nullptr);

  // For reads outside a transaction. `ctx` must outlive it.
  Snapshot Read(const RequestContext& ctx) { return Snapshot(ctx, *database_, surroundings_.server_key); }

  // Runs `work`, a function from Transaction& to Result<T>, in a transaction, again and whole while it collides with
  // others. `work` commits itself (Transaction::Commit) and does no I/O beside the transaction. Returning an error
  // rolls back; returning success with uncommitted writes is INTERNAL. After the commit the notifier is told what was
  // announced.
  template <typename Work>
  auto Write(const RequestContext& ctx, Work&& work) -> std::invoke_result_t<Work&, Transaction&> {
    return Run(ctx, std::forward<Work>(work), static_cast<std::invoke_result_t<Work&, Transaction&>*>(nullptr));
  }

  // The clock that all replicas share; see Transaction::lease_now. UNAVAILABLE when it cannot be read.
  Result<Timestamp> LeaseNow(const RequestContext& ctx);

  Status Ping(std::chrono::milliseconds timeout) { return database_->Ping(timeout); }
  Notifier& notifier() { return surroundings_.notifier; }
  const Clock& clock() const { return clock_; }
  // Names this process in the outbox.
  const std::string& replica() const { return surroundings_.replica; }
  db::PoolUse pool_use() const { return database_->pool_use(); }
  db::Dialect dialect() const { return database_->dialect(); }
  // For the test that prepares every statement.
  Status Prepare(const db::Statement& statement) { return database_->Prepare(statement); }

 private:
  Metastore(std::unique_ptr<db::Database> database, const Clock& clock);

  template <typename Work, typename T>
  Result<T> Run(const RequestContext& ctx, Work&& work, Result<T>*) {
    const Timestamp now = clock_.Now();
    ARGUS_ASSIGN(const Timestamp lease_now, LeaseNow(ctx));
    const std::function<Result<T>(db::Transaction&)> attempt = [&](db::Transaction& transaction) -> Result<T> {
      Transaction tx(ctx, transaction, surroundings_, {now, lease_now});
      Result<T> result = work(tx);
      if (result.ok() && tx.dirty()) return UncommittedWrites();
      return result;
    };
    return database_->Transact<T>(ctx, attempt);
  }
  static Error UncommittedWrites();
  Status LoadServerKey(const RequestContext& ctx);

  // What the shared clock said, and when by our own monotonic one.
  struct Anchor {
    Timestamp shared;
    MonotonicTime local;
  };

  std::unique_ptr<db::Database> database_;
  const Clock& clock_;
  Transaction::Surroundings surroundings_;
  std::mutex anchor_mutex_;
  std::optional<Anchor> anchor_;
};

}  // namespace argus::store
