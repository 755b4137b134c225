#include "platform/db/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::db {
namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
    "oldest_compatible INTEGER NOT NULL, applied_at BIGINT NOT NULL)";

constexpr Statement kList{"migration.list",
                          "SELECT version, checksum, oldest_compatible FROM schema_migration ORDER BY version"};
constexpr Statement kInsert{"migration.insert",
                            "INSERT INTO schema_migration (version, name, checksum, oldest_compatible, applied_at) "
                            "VALUES (:version, :name, :checksum, :oldest_compatible, :applied_at)"};

// LOCK takes no snapshot, so that what is read after waiting is what the other replica committed. SQLite's BEGIN
// IMMEDIATE is such a lock already. Another replica's migration may take longer than a lock is waited for otherwise.
constexpr std::string_view kLockOnPostgres = "SET LOCAL lock_timeout = 0; LOCK TABLE schema_migration";

std::string_view ScriptOf(const Migration& migration, Dialect dialect) {
  return dialect == Dialect::kPostgres ? migration.postgres : migration.sqlite;
}

std::string Checksum(const Migration& migration, Dialect dialect) {
  return Sha256Hex(fmt::format("{}\n{}\n{}", migration.version, migration.name, ScriptOf(migration, dialect)));
}

Error TooNew(std::int64_t schema, std::int64_t oldest, int binary) {
  return Error(Code::kFailedPrecondition, reasons::kSchemaTooNew,
               fmt::format("The database has schema version {}, which needs a binary of schema version {} or newer; "
                           "this one has {}. Upgrade this binary.",
                           schema, oldest, binary));
}

Error Mismatch(std::int64_t version) {
  return Error(Code::kFailedPrecondition, reasons::kSchemaMismatch,
               fmt::format("Migration {} was applied in a form that this binary does not know.", version));
}

Status VerifyOne(const Row& applied, std::span<const Migration> migrations, Dialect dialect, int binary) {
  const std::int64_t version = applied.Int("version");
  if (version > binary) {
    const std::int64_t oldest = applied.Int("oldest_compatible");
    return oldest > binary ? Status(TooNew(version, oldest, binary)) : Ok();
  }
  auto known = std::find_if(migrations.begin(), migrations.end(), [&](const auto& m) { return m.version == version; });
  if (known == migrations.end() || applied.Text("checksum") != Checksum(*known, dialect)) return Mismatch(version);
  return Ok();
}

// The first migration that is not applied, or null; an error when this binary must not use the database.
Result<const Migration*> FindNext(const Rows& applied, std::span<const Migration> migrations, Dialect dialect,
                                  int binary) {
  for (const Row& row : applied) ARGUS_RETURN_IF_ERROR(VerifyOne(row, migrations, dialect, binary));
  for (const Migration& migration : migrations) {
    auto is_this = [&](const Row& row) { return row.Int("version") == migration.version; };
    if (std::none_of(applied.begin(), applied.end(), is_this)) return &migration;
  }
  return nullptr;
}

Status CreateTableOnce(Database& database, const RequestContext& ctx) {
  ARGUS_ASSIGN(const auto transaction, database.Begin(ctx));
  ARGUS_RETURN_IF_ERROR(transaction->RunScript(kCreateTable));
  return transaction->Commit();
}

// Two replicas that create the same table at once collide in PostgreSQL's catalogue in spite of IF NOT EXISTS.
Status CreateTable(Database& database, const RequestContext& ctx) {
  auto created = CreateTableOnce(database, ctx);
  for (int attempt = 1; attempt < Database::kMaxAttempts && !created.ok(); ++attempt) {
    if (created.error().code() != Code::kAlreadyExists && created.error().code() != Code::kAborted) break;
    created = CreateTableOnce(database, ctx);
  }
  return created;
}

Status Apply(Transaction& transaction, const Migration& migration, Dialect dialect) {
  ARGUS_RETURN_IF_ERROR(transaction.RunScript(ScriptOf(migration, dialect)));
  transaction.Exec(kInsert, {{"version", migration.version},
                             {"name", migration.name},
                             {"checksum", Checksum(migration, dialect)},
                             {"oldest_compatible", migration.oldest_compatible},
                             {"applied_at", SystemClock().Now()}});
  return transaction.Commit();
}

}  // namespace

Status Migrate(Database& database, const RequestContext& ctx, std::span<const Migration> migrations,
               int binary_schema_version) {
  const Dialect dialect = database.dialect();
  ARGUS_RETURN_IF_ERROR(CreateTable(database, ctx));
  // True when there may be more to apply.
  const std::function<Result<bool>(Transaction&)> apply_next = [&](Transaction& transaction) -> Result<bool> {
    if (dialect == Dialect::kPostgres) ARGUS_RETURN_IF_ERROR(transaction.RunScript(kLockOnPostgres));
    ARGUS_ASSIGN(const Rows applied, transaction.Query(kList, {}));
    ARGUS_ASSIGN(const Migration* next, FindNext(applied, migrations, dialect, binary_schema_version));
    if (!next) return false;
    ARGUS_RETURN_IF_ERROR(Apply(transaction, *next, dialect));
    return true;
  };
  for (;;) {
    ARGUS_ASSIGN(const bool more, database.Transact(ctx, apply_next));
    if (!more) return Ok();
  }
}

}  // namespace argus::db
