#include "api/pipeline.h"

namespace argus::api {

std::vector<rpc::Interceptor> BuildPipeline(const PipelineDeps& deps) {
  return {
      GiveCorrelationId(deps.clock),           // first: everything after it, refusals included, carries the id
      ReadTrace(),                             // so that what follows is logged within the caller's trace
      Measure(deps.metrics, deps.clock),       // outside of all refusals, so that they are counted
      WriteAccessLog(deps.logger, deps.clock),  // like metrics; inside of them, so that its own cost is measured
      MapErrors(deps.logger),                  // metrics and log see an Error, never an exception
      Limit(deps.readiness, deps.clock),       // before anything that costs: no work for calls that cannot end well
      RecordDenials(deps.metastore, deps.logger, deps.clock),  // outside of all that can deny
      Authenticate(deps.auth),                 // who
      Authorize(deps.metastore),               // may they; before validation, so that a stranger learns nothing from it
      Validate(deps.validator),                // what holds for every request; the handler finds it well-formed
  };
}

}  // namespace argus::api
