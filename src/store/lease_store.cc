#include "store/lease_store.h"

#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kAcquire{
    "lease.acquire",
    "INSERT INTO lease (name, owner, epoch, expire_time) VALUES (:name, :owner, 1, :expire_time) ON CONFLICT (name)"
    " DO UPDATE SET owner = excluded.owner, expire_time = excluded.expire_time,"
    " epoch = lease.epoch + CASE WHEN lease.owner = excluded.owner THEN 0 ELSE 1 END"
    " WHERE lease.owner = excluded.owner OR lease.expire_time <= :now RETURNING epoch, expire_time"};
// The row stays, so that epochs go on growing.
constexpr db::Statement kRelease{"lease.release",
                                 "UPDATE lease SET owner = '', expire_time = 0 WHERE name = :name AND owner = :owner"};

}  // namespace

Statements LeaseStatements() { return {kAcquire, kRelease}; }

Result<std::optional<Lease>> AcquireLease(Transaction& tx, std::string_view name, std::string_view owner,
                                          std::chrono::milliseconds duration) {
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kAcquire, {{"name", name},
                                                                {"owner", owner},
                                                                {"expire_time", tx.lease_now() + duration},
                                                                {"now", tx.lease_now()}}));
  if (rows.empty()) return std::optional<Lease>();
  return std::optional(Lease{rows.front().Int("epoch"), rows.front().Time("expire_time")});
}

void ReleaseLease(Transaction& tx, std::string_view name, std::string_view owner) {
  tx.Exec(kRelease, {{"name", name}, {"owner", owner}});
}

}  // namespace argus::store
