#include "runner/housekeeping_runner.h"

#include "command/system_context.h"
#include "runner/log_events.h"
#include "store/outbox_store.h"
#include "store/request_id_store.h"
#include "store/session_store.h"
#include "store/sheet_store.h"

namespace argus::runner {

Status CleanUp(store::Metastore& metastore, const RequestContext& ctx) {
  ARGUS_RETURN_IF_ERROR(metastore.Write(ctx, [](store::Transaction& tx) {
    store::DeleteExpiredSessions(tx, tx.now() - HousekeepingRunner::kSessionGrace);
    store::DeleteExpiredRequests(tx);
    store::DeleteStaleUploads(tx, tx.now() - HousekeepingRunner::kUploadLifetime);
    return tx.CommitUnaudited(store::Unaudited::kExpiry);
  }));
  return metastore.Write(ctx, [](store::Transaction& tx) {
    store::TrimOutbox(tx, tx.now() - HousekeepingRunner::kOutboxLifetime);
    return tx.CommitUnaudited(store::Unaudited::kOutboxDelivery);
  });
}

HousekeepingRunner::HousekeepingRunner(store::Metastore& metastore, log::Logger& logger, RunMetrics& metrics,
                                       std::chrono::milliseconds interval, const trace::Tracer& tracer)
    : metastore_(metastore),
      logger_(logger),
      metrics_(metrics),
      tracer_(tracer),
      thread_("housekeeping", interval, [this] { Run(); }) {}

HousekeepingRunner::~HousekeepingRunner() {
  stop_->Cancel();
  thread_.Stop();
}

void HousekeepingRunner::Run() {
  auto ctx = command::SystemContext("housekeeping");
  ctx.cancel = stop_;
  trace::Scope scope(tracer_, ctx, {.name = "wake housekeeping"});
  const Status cleaned = scope.Ended(CleanUp(metastore_, ctx));
  metrics_.PassEnded(Runner::kHousekeeping, cleaned.ok());
  if (!cleaned.ok() && !stop_->cancelled()) logger_.Log(ctx, events::kHousekeepingFailed, cleaned.error());
}

}  // namespace argus::runner
