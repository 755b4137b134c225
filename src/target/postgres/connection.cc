#include "target/postgres/connection.h"

#include "domain/reasons.h"
#include "platform/runtime/work_scope.h"
#include "target/postgres/identity.h"
#include "target/postgres/marker.h"
#include "target/postgres/schema_sync.h"
#include "target/postgres/script_run.h"

namespace argus::target::postgres {

Result<ServerInfo> PostgresConnection::Inspect(const RequestContext& ctx) {
  ARGUS_ASSIGN(auto info, ReadServerInfo(ctx, *session_));
  ARGUS_ASSIGN(const bool markers, CanKeepMarkers(ctx, *session_));
  info.proof = markers ? v1::TaskRun::MARKER : v1::TaskRun::TRANSACTION_ID;
  return info;
}

Result<v1::DatabaseSchema> PostgresConnection::SyncSchema(const RequestContext& ctx) {
  const WorkLabel label("engine", "postgresql");
  return ReadSchema(ctx, *session_);
}

RunResult PostgresConnection::Run(const RequestContext& ctx, const ScriptRun& run, RunObserver& observer) {
  const WorkLabel label("engine", "postgresql");
  auto result = ScriptRunner(*session_, interrupt_, ctx, run, observer).Run();
  interrupt_.Unseal();
  return result;
}

void PostgresConnection::Cancel() {
  interrupt_.Request([this] { session_->Cancel(); });
}

Status PostgresConnection::Reset(const RequestContext& ctx) {
  if (interrupt_.requested()) return Error(Code::kAborted, reasons::kInterrupted, "the connection was canceled");
  const auto reply = session_->Send(ctx, "DISCARD ALL");
  return reply.done() ? Ok() : QueryError(reply);
}

}  // namespace argus::target::postgres
