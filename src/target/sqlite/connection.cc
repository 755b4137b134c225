#include "target/sqlite/connection.h"

#include "domain/reasons.h"
#include "platform/runtime/work_scope.h"
#include "target/sqlite/schema_sync.h"
#include "target/sqlite/script_run.h"

namespace argus::target::sqlite {

Result<ServerInfo> SqliteConnection::Inspect(const RequestContext&) {
  ServerInfo info;
  info.version = sqlite3_libversion();
  info.system_identifier = handle_->path();
  info.server_time = SystemClock().Now();
  info.read_only = handle_->read_only();
  info.proof = v1::TaskRun::MARKER;
  return info;
}

Result<v1::DatabaseSchema> SqliteConnection::SyncSchema(const RequestContext& ctx) {
  const WorkLabel label("engine", "sqlite");
  handle_->SetLimits([&ctx] { return ctx.expired(std::chrono::steady_clock::now()); }, spec_.connect_timeout);
  auto schema = ReadSchema(*handle_);
  handle_->SetLimits({}, spec_.connect_timeout);
  return schema;
}

RunResult SqliteConnection::Run(const RequestContext& ctx, const ScriptRun& run, RunObserver& observer) {
  const WorkLabel label("engine", "sqlite");
  auto result = ScriptRunner(*handle_, interrupt_, ctx, run, observer).Run();
  interrupt_.Unseal();
  return result;
}

void SqliteConnection::Cancel() {
  interrupt_.Request([this] { handle_->Interrupt(); });
}

Status SqliteConnection::Reset(const RequestContext&) {
  if (interrupt_.requested()) return Error(Code::kAborted, reasons::kInterrupted, "the connection was canceled");
  ARGUS_ASSIGN(handle_, Handle::Open(spec_));
  return Ok();
}

}  // namespace argus::target::sqlite
