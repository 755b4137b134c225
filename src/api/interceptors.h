// The interceptors, one factory each; pipeline.cc puts them in order. What they are given must outlive the last call.
#pragma once

#include "api/metrics.h"
#include "api/readiness.h"
#include "api/validator.h"
#include "command/auth_command.h"
#include "platform/base/clock.h"
#include "platform/rpc/dispatcher.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "store/metastore.h"

namespace argus::api {

// Sets the context's correlation id and returns it in the headers X-Correlation-ID and correlation_id.
rpc::Interceptor GiveCorrelationId(const Clock& clock);
// The call's own span, a child of the caller's `traceparent`, over all that is within, a stream's life included.
rpc::Interceptor Trace(const trace::Tracer& tracer);
rpc::Interceptor Measure(HttpMetrics& metrics, const Clock& clock);
rpc::Interceptor WriteAccessLog(log::Logger& logger, const Clock& clock);
// Whatever goes wrong within becomes one Error; the server's own faults are logged with their cause.
rpc::Interceptor MapErrors(log::Logger& logger);
// Refuses calls whose time is over or whose caller is gone, and new streams while the server drains.
rpc::Interceptor Limit(const Readiness& readiness, const Clock& clock);
// Writes an audit entry for each call of an audited method that is denied or fails.
rpc::Interceptor RecordDenials(store::Metastore& metastore, log::Logger& logger, const Clock& clock,
                               const trace::Tracer& tracer);
// Sets the context's actor by the bearer token; PUBLIC methods need none.
rpc::Interceptor Authenticate(command::AuthCommands& auth, const trace::Tracer& tracer);
// Asks for the permission that the method declares, on every resource that the request names.
rpc::Interceptor Authorize(store::Metastore& metastore, const trace::Tracer& tracer);
rpc::Interceptor Validate(const Validator& validator, const trace::Tracer& tracer);

}  // namespace argus::api
