// Asking a target how a run ended that nobody saw end.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "contract/contract.h"
#include "platform/base/result.h"
#include "runner/run_services.h"
#include "runner/stop_signal.h"
#include "target/driver.h"

namespace argus::runner {

struct ProofBounds {
  // How long to ask again while the target answers, but without a verdict.
  std::chrono::milliseconds undecided{60000};
  // How long to ask again while the target cannot be asked.
  std::chrono::milliseconds unreachable{900000};
  std::chrono::milliseconds pause{500};
};

// The intent that was written down before SQL reached the target, as a question.
target::ProofQuery ToQuery(const store::ClaimedRun& claimed, const store::Intent& intent);

// Blocks until the target has a verdict, or until a bound ends in kUndecided with the reason as evidence. `still_ours` is called
// before each attempt, to keep the lease; its error ends the asking, and so does `stop` (CANCELLED). Without an intent nothing
// was sent, and nothing is asked.
Result<target::Proof> ProveOutcome(const RunServices& services, const RequestContext& ctx, const store::ClaimedRun& claimed,
                                   const store::Intent& intent, const ProofBounds& bounds, const StopSignal& stop,
                                   const std::function<Status()>& still_ours);

}  // namespace argus::runner
