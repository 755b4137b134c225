#include "app/tracing.h"

#include "app/log_events.h"

namespace argus::app {

trace::Options TraceOptions(const ServerOptions& options, log::Logger& logger) {
  for (const auto& misread : options.misread_trace) {
    logger.Log({}, kVariableIgnored,
               {{"variable", misread.variable}, {"value", misread.value}, {"reason", misread.why}});
  }
  trace::Options trace = options.trace;
  trace.notice = [&logger](const trace::ExportNotice& notice) {
    if (notice.working) return logger.Log({}, kExportRecovered, {{"dropped", notice.dropped}});
    logger.Log({}, kExportFailed, {{"reason", notice.detail}, {"dropped", notice.dropped}});
  };
  return trace;
}

void RecordStatement(const trace::Tracer& tracer, db::Dialect dialect, const RequestContext& ctx,
                     const db::StatementEvent& event) {
  if (!tracer.enabled()) return;
  const auto operation = event.name.substr(event.name.rfind('.') + 1);
  tracer.Record(ctx, {.name = event.name,
                      .kind = trace::SpanKind::kClient,
                      .duration = event.duration,
                      .attributes = {{"db.system.name", dialect == db::Dialect::kPostgres ? "postgresql" : "sqlite"},
                                     {"db.operation.name", operation},
                                     {"db.query.summary", event.name}},
                      .error_type = event.ok ? "" : "DATABASE_ERROR"});
}

}  // namespace argus::app
