#include "store/abandoned_leases.h"

#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kExpireTaskRuns{
    "abandoned_leases.task_run", "UPDATE task_run SET lease_until = 0 WHERE state = 'RUNNING' AND owner <> :owner"};
constexpr db::Statement kExpireChecks{
    "abandoned_leases.plan_check_run",
    "UPDATE plan_check_run SET lease_until = 0 WHERE state = 'RUNNING' AND owner <> :owner"};

}  // namespace

void ExpireLeasesOfOthers(Transaction& tx, const std::string& owner) {
  tx.Exec(kExpireTaskRuns, {{"owner", owner}});
  tx.Exec(kExpireChecks, {{"owner", owner}});
}

Statements AbandonedLeaseStatements() { return {kExpireTaskRuns, kExpireChecks}; }

}  // namespace argus::store
