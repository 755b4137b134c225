// All that the gates look at, read in the transaction that acts on the verdict.
#pragma once

#include <optional>
#include <vector>

#include "contract/contract.h"
#include "domain/gate.h"
#include "domain/resource_name.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "store/reader.h"

namespace argus::command {

// Owns what domain::ChangeFacts refers to.
struct LoadedFacts {
  Timestamp now;
  v1::Plan plan;
  std::optional<v1::Issue> issue;
  std::vector<v1::PlanCheckRun> checks;
  v1::MaintenanceWindowSetting maintenance;
  v1::EmergencyPauseSetting emergency;

  // Valid as long as this.
  domain::ChangeFacts View(bool override_freeze = false) const;
};

// `plan` is the rollout's. NOT_FOUND.
Result<LoadedFacts> LoadChangeFacts(store::Reader& reader, const std::string& plan, Timestamp now);

// The engine of a target, "instances/{i}/databases/{d}"; UNSPECIFIED for one that is not known (any more).
Result<v1::Engine> EngineOf(store::Reader& reader, const std::string& target);

// For reads: why nothing more of the rollout (with stages) can start at `now`. Open for one that has ended.
Result<domain::Verdict> JudgeRollout(store::Reader& reader, const v1::Rollout& rollout, Timestamp now);

}  // namespace argus::command
