// The kinds of checks that a plan goes through.
#pragma once

#include <string>
#include <vector>

#include "command/targets.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "review/reviewer.h"
#include "store/metastore.h"

namespace argus::runner {

// Thread-safe. The references must outlive it.
class PlanChecks {
 public:
  PlanChecks(store::Metastore& metastore, const command::Targets& targets, review::Reviewer& reviewer)
      : metastore_(metastore), targets_(targets), reviewer_(reviewer) {}

  // `run` as it came out: DONE with results, verdict and (SYNTAX) summary; FAILED with an error where the check itself could
  // not be made. An error means that `ctx` ended it.
  Result<v1::PlanCheckRun> Carry(const RequestContext& ctx, v1::PlanCheckRun run);

 private:
  using Results = std::vector<v1::PlanCheckRun::Result>;
  Result<Results> Judge(const RequestContext& ctx, v1::PlanCheckRun& run);
  Result<Results> CheckConnection(const RequestContext& ctx, const v1::PlanCheckRun& run);
  Result<Results> CheckSyntax(const RequestContext& ctx, v1::PlanCheckRun& run);
  Result<Results> Review(const RequestContext& ctx, const v1::PlanCheckRun& run);

  store::Metastore& metastore_;
  const command::Targets& targets_;
  review::Reviewer& reviewer_;
};

}  // namespace argus::runner
