// How a check of a plan gets ahead in the metastore: what the runner that carries it out may write.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "command/metrics.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"
#include "store/plan_check_run_store.h"

namespace argus::command {

// Thread-safe. The references must outlive it.
class PlanCheckProgress {
 public:
  PlanCheckProgress(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // PENDING -> RUNNING for the oldest check that waits; nullopt when none does.
  Result<std::optional<store::ClaimedCheck>> Claim(const RequestContext& ctx, const std::string& owner,
                                                   std::chrono::milliseconds lease);
  // ABORTED / LEASE_LOST when the check was canceled, replaced or taken over.
  Status Renew(const RequestContext& ctx, const store::RunToken& token, std::chrono::milliseconds lease);
  // Records how it came out: DONE with verdict, results and summary, or FAILED with an error. The last check of a plan asks
  // for the approval of its issue in the same commit. ABORTED / LEASE_LOST as above.
  Result<v1::PlanCheckRun> Finish(const RequestContext& ctx, const store::ClaimedCheck& check, v1::PlanCheckRun outcome);
  // Checks whose holder is gone wait again. Returns how many.
  Result<std::int64_t> RequeueExpired(const RequestContext& ctx);

 private:
  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
};

}  // namespace argus::command
