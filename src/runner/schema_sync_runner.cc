#include "runner/schema_sync_runner.h"

#include <utility>

#include "command/system_context.h"
#include "runner/log_events.h"
#include "store/instance_store.h"
#include "store/lease_store.h"
#include "store/revision_store.h"
#include "store/row.h"

namespace argus::runner {
namespace {

using std::chrono::minutes;

constexpr std::string_view kLeaseName = "schema_sync";
constexpr std::chrono::seconds kInterval{30};  // The slow poll; also renews the lease.
constexpr std::chrono::seconds kLease{90};     // A long sync may outlive it: then two replicas sync, which is harmless.
constexpr minutes kStalePassInterval{5};       // How often stale instances are looked for.
constexpr minutes kRetryDelay{5};              // After a failure.
constexpr minutes kPatience{10};               // One database, or one server with all of its databases.

Result<std::vector<v1::Instance>> LoadInstances(store::Metastore& metastore, const RequestContext& ctx) {
  auto reader = metastore.Read(ctx);
  std::vector<v1::Instance> all;
  store::ListQuery query;
  query.page_size = store::kMaxPageSize;
  do {
    ARGUS_ASSIGN(auto page, store::ListInstances(reader, query));
    all.insert(all.end(), std::make_move_iterator(page.items.begin()), std::make_move_iterator(page.items.end()));
    query.page_token = std::move(page.next_page_token);
  } while (!query.page_token.empty());
  return all;
}

}  // namespace

SchemaSyncRunner::SchemaSyncRunner(store::Metastore& metastore, const command::SchemaSync& sync, log::Logger& logger,
                                   RunMetrics& metrics, const trace::Tracer& tracer)
    : metastore_(metastore),
      sync_(sync),
      logger_(logger),
      metrics_(metrics),
      tracer_(tracer),
      thread_("schema_sync", kInterval, [this] { Run(); }),
      subscription_(metastore.notifier().Subscribe(store::Topic::kSchemaSync, [this](const auto&) { thread_.Wake(); })) {}

SchemaSyncRunner::~SchemaSyncRunner() {
  stop_->Cancel();
  stopping_.Signal();
  thread_.Stop();
  ReleaseLease();
}

void SchemaSyncRunner::Run() {
  if (stopping_.WaitFor(kQuiet)) return;
  auto span = tracer_.Start({}, {.name = "wake schema_sync"});
  trace_ = span.context();
  const Status passed = Pass();
  if (!passed.ok()) span.SetError(passed.error());
  metrics_.PassEnded(Runner::kSchemaSync, passed.ok());
  if (!passed.ok() && !stop_->cancelled()) logger_.Log(NewContext(), events::kSyncSkipped, passed.error());
}

Status SchemaSyncRunner::Pass() {
  const auto held = HoldsLease(NewContext());
  metrics_.SchemaSyncLeaseHeld(held.ok() && *held);
  ARGUS_ASSIGN(const bool holder, held);
  if (!holder) return Ok();
  ARGUS_RETURN_IF_ERROR(SyncAwaiting());
  return metastore_.clock().Now() >= next_stale_pass_ ? SyncStale() : Ok();
}

Result<bool> SchemaSyncRunner::HoldsLease(const RequestContext& ctx) {
  return metastore_.Write(ctx, [&](store::Transaction& tx) -> Result<bool> {
    ARGUS_ASSIGN(const auto lease, store::AcquireLease(tx, kLeaseName, metastore_.replica(), kLease));
    ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(store::Unaudited::kLeaseRenewal));
    return lease.has_value();
  });
}

// Best effort: it expires by itself.
void SchemaSyncRunner::ReleaseLease() {
  auto ctx = command::SystemContext("schema_sync");
  ctx.deadline = metastore_.clock().Monotonic() + std::chrono::seconds(2);
  const Status released = metastore_.Write(ctx, [&](store::Transaction& tx) {
    store::ReleaseLease(tx, kLeaseName, metastore_.replica());
    return tx.CommitUnaudited(store::Unaudited::kLeaseRenewal);
  });
  (void)released;
}

Status SchemaSyncRunner::SyncAwaiting() {
  const auto ctx = NewContext();
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto awaiting, store::DatabasesAwaitingSync(reader));
  for (const auto& database : awaiting) {
    const auto failed = retry_at_.find(database);
    const bool due = failed == retry_at_.end() || metastore_.clock().Monotonic() >= failed->second;
    if (due && !stop_->cancelled()) Sync(database);
  }
  return Ok();
}

void SchemaSyncRunner::Sync(const domain::DatabaseName& database) {
  const auto ctx = NewContext();
  const Status synced = sync_.SyncDatabase(ctx, database);
  retry_at_.erase(database);
  if (synced.ok() || stop_->cancelled()) return;
  retry_at_.emplace(database, metastore_.clock().Monotonic() + kRetryDelay);
  logger_.Log(ctx, events::kSyncFailed, synced.error(), {{"database", database.ToString()}});
}

Status SchemaSyncRunner::SyncStale() {
  next_stale_pass_ = metastore_.clock().Now() + kStalePassInterval;
  ARGUS_ASSIGN(const auto instances, LoadInstances(metastore_, NewContext()));
  for (const auto& instance : instances) {
    if (stop_->cancelled()) return Ok();
    const Timestamp stale_at = store::FromProto(instance.last_sync_time()) + kMaxAge;
    if (metastore_.clock().Now() < stale_at) continue;
    Sync(instance);
    ARGUS_RETURN_IF_ERROR(SyncAwaiting());  // Changes do not wait for the whole fleet.
  }
  return Ok();
}

void SchemaSyncRunner::Sync(const v1::Instance& instance) {
  const auto ctx = NewContext();
  const auto name = domain::InstanceName::Parse(instance.name());
  if (!name.ok()) return;
  const auto synced = sync_.SyncInstance(ctx, *name);
  if (synced.ok() || stop_->cancelled()) return;
  logger_.Log(ctx, events::kSyncFailed, synced.error(), {{"instance", instance.name()}});
}

RequestContext SchemaSyncRunner::NewContext() const {
  auto ctx = command::SystemContext("schema_sync");
  ctx.trace = trace_;
  ctx.cancel = stop_;
  ctx.deadline = metastore_.clock().Monotonic() + kPatience;
  return ctx;
}

}  // namespace argus::runner
