#include "store/metastore.h"

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/db/migrations.h"
#include "store/migrations/migrations.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kGetServerKey{"server_key.get", "SELECT value FROM server_key WHERE name = 'page_token'"};
constexpr db::Statement kInsertServerKey{
    "server_key.insert",
    "INSERT INTO server_key (name, value) VALUES ('page_token', :value) ON CONFLICT (name) DO NOTHING"};

constexpr std::size_t kKeyBytes = 32;
// Two clocks that differ by 50 ppm are half a millisecond apart by then.
constexpr std::chrono::seconds kAnchorAge{10};

}  // namespace

Statements MetastoreStatements() { return {kGetServerKey, kInsertServerKey}; }

Metastore::Metastore(std::unique_ptr<db::Database> database, const Clock& clock)
    : database_(std::move(database)), clock_(clock) {
  surroundings_.replica = RandomHex(8);
}

Result<std::unique_ptr<Metastore>> Metastore::Open(db::Options options, const Clock& clock,
                                                   StoreMetrics* metrics) {
  RequestContext ctx;
  ctx.actor = "system/startup";
  ARGUS_ASSIGN(auto database, db::Database::Open(std::move(options)));
  ARGUS_RETURN_IF_ERROR(db::Migrate(*database, ctx, Migrations(), kSchemaVersion));
  std::unique_ptr<Metastore> metastore(new Metastore(std::move(database), clock));
  metastore->surroundings_.metrics = metrics;
  ARGUS_RETURN_IF_ERROR(metastore->LoadServerKey(ctx));
  return metastore;
}

// The first replica's key stays; the others read it.
Status Metastore::LoadServerKey(const RequestContext& ctx) {
  const std::function<Status(db::Transaction&)> insert = [](db::Transaction& transaction) {
    transaction.Exec(kInsertServerKey, {{"value", db::Bytes{RandomBytes(kKeyBytes)}}});
    return transaction.Commit();
  };
  ARGUS_ASSIGN(auto rows, database_->Query(ctx, kGetServerKey, {}));
  if (rows.empty()) {
    ARGUS_RETURN_IF_ERROR(database_->Transact<void>(ctx, insert));
    ARGUS_ASSIGN(rows, database_->Query(ctx, kGetServerKey, {}));
  }
  surroundings_.server_key = rows.front().Blob("value");
  return Ok();
}

Result<Timestamp> Metastore::LeaseNow(const RequestContext& ctx) {
  if (dialect() == db::Dialect::kSqlite) return clock_.Now();  // The only process there is.
  const MonotonicTime now = std::chrono::steady_clock::now();
  {
    std::lock_guard lock(anchor_mutex_);
    if (anchor_ && now - anchor_->local < kAnchorAge) {
      return anchor_->shared + std::chrono::duration_cast<std::chrono::microseconds>(now - anchor_->local);
    }
  }
  ARGUS_ASSIGN(const Timestamp shared, database_->Now(ctx));
  std::lock_guard lock(anchor_mutex_);
  anchor_ = Anchor{shared, std::chrono::steady_clock::now()};
  return shared;
}

Error Metastore::UncommittedWrites() {
  return Error(Code::kInternal, reasons::kInternal, "The server failed.")
      .WithCause("a command ended without its commit");
}

}  // namespace argus::store
