#include "runner/schema_sync_runner.h"

#include <utility>

#include "command/system_context.h"
#include "runner/log_events.h"
#include "store/instance_store.h"
#include "store/row.h"

namespace argus::runner {
namespace {

// How often stale instances are looked for.
constexpr std::chrono::minutes kPassInterval{5};
// One database, or one server with all of its databases.
constexpr std::chrono::minutes kPatience{10};

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

SchemaSyncRunner::SchemaSyncRunner(store::Metastore& metastore, const command::SchemaSync& sync, log::Logger& logger)
    : metastore_(metastore), sync_(sync), logger_(logger), thread_("schema_sync", kPassInterval, [this] { Run(); }),
      subscription_(metastore.notifier().Subscribe(store::Topic::kSchemaSync, [this](const store::Announcement& due) {
        if (const auto name = domain::DatabaseName::Parse(due.resource); name.ok()) Request(*name);
      })) {}

SchemaSyncRunner::~SchemaSyncRunner() {
  stop_->Cancel();
  thread_.Stop();
}

void SchemaSyncRunner::Request(const domain::DatabaseName& database) {
  {
    const std::lock_guard lock(mutex_);
    requested_.insert(database);
  }
  thread_.Wake();
}

void SchemaSyncRunner::Run() {
  SyncRequested();
  if (metastore_.clock().Now() >= next_pass_) SyncStale();
}

void SchemaSyncRunner::SyncRequested() {
  for (const auto& database : TakeRequested()) {
    if (stop_->cancelled()) return;
    const auto ctx = NewContext();
    const Status synced = sync_.SyncDatabase(ctx, database);
    if (!synced.ok()) logger_.Log(ctx, events::kSyncFailed, synced.error(), {{"database", database.ToString()}});
  }
}

void SchemaSyncRunner::SyncStale() {
  const auto ctx = NewContext();
  next_pass_ = metastore_.clock().Now() + kPassInterval;
  const auto instances = LoadInstances(metastore_, ctx);
  if (!instances.ok()) return logger_.Log(ctx, events::kSyncSkipped, instances.error());
  for (const auto& instance : *instances) {
    const Timestamp stale_at = store::FromProto(instance.last_sync_time()) + kMaxAge;
    if (!stop_->cancelled() && metastore_.clock().Now() >= stale_at) Sync(NewContext(), instance);
    SyncRequested();
  }
}

void SchemaSyncRunner::Sync(const RequestContext& ctx, const v1::Instance& instance) {
  const auto name = domain::InstanceName::Parse(instance.name());
  if (!name.ok()) return logger_.Log(ctx, events::kSyncFailed, name.error());
  const auto synced = sync_.SyncInstance(ctx, *name);
  if (!synced.ok()) logger_.Log(ctx, events::kSyncFailed, synced.error(), {{"instance", instance.name()}});
}

std::set<domain::DatabaseName> SchemaSyncRunner::TakeRequested() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requested_, {});
}

RequestContext SchemaSyncRunner::NewContext() const {
  auto ctx = command::SystemContext("schema_sync");
  ctx.cancel = stop_;
  ctx.deadline = metastore_.clock().Monotonic() + kPatience;
  return ctx;
}

}  // namespace argus::runner
