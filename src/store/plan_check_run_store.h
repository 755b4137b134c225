// Checks of plans. A check can be run again at any time: one whose lease expires goes back to PENDING.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/origin.h"
#include "store/page.h"
#include "store/transaction.h"

namespace argus::store {

// Cancels the plan's checks that wait or run and puts `runs` (type, spec_id, target, sheet) in the place of all former
// ones, PENDING, with the context's correlation id and trace. Former ones can still be read by name. The types of those that it
// canceled join `canceled`, unless that is null.
Result<std::vector<v1::PlanCheckRun>> ReplacePlanCheckRuns(Transaction& tx, const domain::PlanName& plan,
                                                           std::vector<v1::PlanCheckRun> runs,
                                                           std::vector<v1::PlanCheckRun::Type>* canceled = nullptr);
// NOT_FOUND.
Result<v1::PlanCheckRun> GetPlanCheckRun(Reader& reader, const domain::PlanCheckRunName& name);
// The current ones, by id. Filter: type, state, verdict, target.
Result<Page<v1::PlanCheckRun>> ListPlanCheckRuns(Reader& reader, const domain::PlanName& plan, const ListQuery& query);
// All current ones: what the gate looks at.
Result<std::vector<v1::PlanCheckRun>> CurrentPlanCheckRuns(Reader& reader, const domain::PlanName& plan);

// Who holds a check or a task run. The token is new with every claim.
struct RunToken {
  std::int64_t id = 0;
  std::string token;
};

struct ClaimedCheck {
  domain::PlanCheckRunName name;
  v1::PlanCheckRun run;  // RUNNING
  RunToken token;
  Origin origin;
};
// PENDING -> RUNNING for the oldest one that waits; nullopt when none does. Commit with Unaudited::kCheckProgress.
Result<std::optional<ClaimedCheck>> ClaimPlanCheckRun(Transaction& tx, const std::string& owner, Timestamp lease_until);
void RenewPlanCheckRun(Transaction& tx, const RunToken& token, Timestamp lease_until);  // Guard::kOwner
// State, verdict, results and error of `run` as the outcome; end_time is tx.now() (Guard::kOwner).
Result<v1::PlanCheckRun> FinishPlanCheckRun(Transaction& tx, const RunToken& token, v1::PlanCheckRun run);
// PENDING or RUNNING -> CANCELED; the holder learns it when it next names its token. The etag is the version
// (Guard::kVersion).
Result<v1::PlanCheckRun> CancelPlanCheckRun(Transaction& tx, v1::PlanCheckRun run);
// RUNNING -> PENDING where the lease expired before tx.lease_now(). Returns how many.
Result<std::int64_t> RequeueExpiredPlanCheckRuns(Transaction& tx);
// How many wait: for metrics.
Result<std::int64_t> CountPendingPlanCheckRuns(Reader& reader);

}  // namespace argus::store
