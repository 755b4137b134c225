// Where spans are made for the whole server.
#pragma once

#include <memory>

#include "app/server_options.h"
#include "platform/db/database.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "target/driver.h"

namespace argus::app {

// What the environment asks for, with what goes wrong on the way in the log. `logger` must outlive the tracer.
trace::Options TraceOptions(const ServerOptions& options, log::Logger& logger);

// A span for a statement on the metastore that is over; only within a trace.
void RecordStatement(const trace::Tracer& tracer, db::Dialect dialect, const RequestContext& ctx,
                     const db::StatementEvent& event);

}  // namespace argus::app
