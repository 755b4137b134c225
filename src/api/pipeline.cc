#include "api/pipeline.h"

namespace argus::api {

std::vector<rpc::Interceptor> BuildPipeline(const PipelineDeps& deps) {
  const auto& [clock, metrics, logger, readiness, metastore, auth, validator, tracer] = deps;
  return {
      GiveCorrelationId(clock),                         // everything after it, refusals included, carries the id
      Trace(tracer),                                    // what follows is timed and logged within the call's span
      Measure(metrics, clock),                          // outside of all that refuses, so that refusals are counted
      WriteAccessLog(logger, clock),                    // as metrics; within them, so that its own cost is measured
      MapErrors(logger),                                // those outside see an Error, never an exception
      Limit(readiness, clock),                          // before anything that costs: no work for calls that cannot end well
      RecordDenials(metastore, logger, clock, tracer),  // outside of all that denies
      Authenticate(auth, tracer),                       // who calls
      Authorize(metastore, tracer),                     // may they: before validation, from which a stranger learns nothing
      Validate(validator, tracer),                      // handlers find what holds for every request
  };
}

}  // namespace argus::api
