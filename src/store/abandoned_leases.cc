#include "store/abandoned_leases.h"

#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kExpireTaskRuns{
    "abandoned_leases.task_run", "UPDATE task_run SET lease_until = 0 WHERE state = 'RUNNING' AND owner <> :owner"};
constexpr db::Statement kExpireChecks{
    "abandoned_leases.plan_check_run",
    "UPDATE plan_check_run SET lease_until = 0 WHERE state = 'RUNNING' AND owner <> :owner"};
constexpr db::Statement kExpireNamed{"abandoned_leases.named",
                                     "UPDATE lease SET expire_time = 0 WHERE owner <> :owner"};

}  // namespace

void ExpireLeasesOfOthers(Transaction& tx, const std::string& owner) {
  tx.Exec(kExpireTaskRuns, {{"owner", owner}});
  tx.Exec(kExpireChecks, {{"owner", owner}});
  tx.Exec(kExpireNamed, {{"owner", owner}});
}

Statements AbandonedLeaseStatements() { return {kExpireTaskRuns, kExpireChecks, kExpireNamed}; }

}  // namespace argus::store
