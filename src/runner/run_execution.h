// One attempt at one task, from the claim to the recorded outcome.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/lang/sql/splitter.h"
#include "runner/active_run.h"
#include "runner/outcome_recorder.h"
#include "runner/run_recorder.h"
#include "runner/run_services.h"
#include "runner/stop_signal.h"

namespace argus::runner {

// Made for one run, used on one thread. The references must outlive it.
class RunExecution {
 public:
  // `stop` ends the asking for proof and the attempts to record.
  RunExecution(const RunServices& services, ActiveRun& run, const StopSignal& stop);

  void Execute();

 private:
  // nullopt: the outcome is left to reconciliation.
  using Outcome = std::optional<v1::TaskRun>;
  Result<Outcome> Attempt();
  Result<std::vector<sql::SqlStatement>> LoadStatements(sql::Engine engine);
  Outcome RunScript(target::Connection& connection, const std::vector<sql::SqlStatement>& statements, sql::Engine engine);
  void DescribeOutcome(trace::Span& span) const;
  Outcome Prove(const target::RunResult& result, const store::Intent& intent);

  const RunServices& services_;
  ActiveRun& run_;
  const StopSignal& stop_;
  RequestContext ctx_;               // The run's, which ends with a stop; within the run's span.
  RequestContext record_ctx_;        // Outlives a stop of the run: what happened is recorded.
  std::string script_;               // The statements are views into it.
  RunReport report_;
};

}  // namespace argus::runner
