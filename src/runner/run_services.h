// What every step of a task run needs.
#pragma once

#include "command/metrics.h"
#include "command/targets.h"
#include "command/task_run_progress.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "runner/metrics.h"
#include "store/metastore.h"

namespace argus::runner {

// References; all must outlive the runners.
struct RunServices {
  store::Metastore& metastore;
  const command::Targets& targets;
  log::Logger& logger;
  RunMetrics& metrics;
  command::ChangeMetrics& changes;
  const trace::Tracer& tracer = trace::Off();
};

// Background work on behalf of whoever asked for the run: it carries on their correlation id and trace. The cancel token is
// new.
inline RequestContext RunContext(const store::Origin& origin, std::string_view actor) {
  RequestContext ctx;
  ctx.actor = actor;
  ctx.correlation_id = origin.correlation_id;
  ctx.trace = origin.trace;
  return ctx;
}

inline constexpr std::string_view kTaskRunActor = "system/task_run";

}  // namespace argus::runner
