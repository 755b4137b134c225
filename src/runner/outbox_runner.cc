#include "runner/outbox_runner.h"

#include "command/system_context.h"
#include "runner/log_events.h"

namespace argus::runner {
namespace {

constexpr std::string_view kWireTopic = "outbox";

}  // namespace

OutboxRunner::OutboxRunner(store::Metastore& metastore, db::Notifier& wire, log::Logger& logger, RunMetrics& metrics,
                           std::chrono::milliseconds poll_interval, const trace::Tracer& tracer)
    : metastore_(metastore),
      wire_(wire),
      logger_(logger),
      metrics_(metrics),
      tracer_(tracer),
      thread_("outbox", poll_interval, [this] { Run(); }),
      others_(wire.OnNotify([this](std::string_view) { thread_.Wake(); })) {
  SubscribeToOwn();
}

OutboxRunner::~OutboxRunner() {
  stop_->Cancel();
  own_.clear();
  thread_.Stop();
}

void OutboxRunner::SubscribeToOwn() {
  for (const auto topic : store::AllTopics()) {
    own_.push_back(metastore_.notifier().Subscribe(topic, [this](const auto&) { TellOthers(); }));
  }
}

// What this runner itself publishes came from the others.
void OutboxRunner::TellOthers() {
  if (delivering_.load() != std::this_thread::get_id()) wire_.Notify(kWireTopic);
}

void OutboxRunner::Run() {
  auto ctx = command::SystemContext("outbox");
  ctx.cancel = stop_;
  delivering_ = std::this_thread::get_id();
  trace::Scope scope(tracer_, ctx, {.name = "wake outbox"});
  const Status delivered = scope.Ended(Deliver(ctx));
  metrics_.PassEnded(Runner::kOutbox, delivered.ok());
  if (!delivered.ok() && !stop_->cancelled()) logger_.Log(ctx, events::kOutboxFailed, delivered.error());
}

Status OutboxRunner::Deliver(const RequestContext& ctx) {
  auto reader = metastore_.Read(ctx);
  if (!feed_) {
    ARGUS_ASSIGN(feed_, store::OutboxFeed::Open(reader));
  }
  ARGUS_ASSIGN(const auto backlog, feed_->Backlog(reader, metastore_.replica()));
  metrics_.OutboxBacklog(backlog);
  for (bool more = true; more && !thread_.stopping();) {
    ARGUS_ASSIGN(const auto announcements,
                 feed_->Next(reader, metastore_.replica(), metastore_.clock().Monotonic()));
    metastore_.notifier().Publish(announcements);
    more = !announcements.empty();
  }
  if (!thread_.stopping()) metrics_.OutboxBacklog(0);
  return Ok();
}

}  // namespace argus::runner
