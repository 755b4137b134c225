// From what a driver or a proof says to what is recorded about a run. Pure.
#pragma once

#include <string>

#include "contract/contract.h"
#include "platform/base/error.h"
#include "runner/active_run.h"
#include "target/driver.h"

namespace argus::runner {

// All take the run as it was claimed and give it back with state, error, evidence and counters of its end.

// Nothing was sent to the target.
v1::TaskRun NotStarted(v1::TaskRun run, const Error& error, StopReason stop);
// `result.outcome` may be anything but kUnknown, which is for a proof to decide.
v1::TaskRun FromResult(v1::TaskRun run, const target::RunResult& result, StopReason stop);
// After a lost answer or a crash: DONE, FAILED / INTERRUPTED or, where nothing could be proven, UNKNOWN. `sent` is what was known
// before the proof was asked; may be empty.
v1::TaskRun FromProof(v1::TaskRun run, const target::Proof& proof, const std::string& sent);

}  // namespace argus::runner
