#include "platform/db/listen.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "platform/db/patience.h"
#include "platform/db/pg_connection.h"
#include "platform/db/pg_parameters.h"

namespace argus::db {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kListen = "LISTEN argus";
constexpr std::string_view kNotify = "SELECT pg_notify('argus', $1)";
constexpr milliseconds kExchangeLimit{5000};
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5000};
constexpr milliseconds kForEver{-1};

}  // namespace

// The connection to PostgreSQL, made again with growing pauses when it is lost.
class Notifier::Channel {
 public:
  Channel(std::vector<PgKeywords> hosts, milliseconds connect_limit, std::shared_ptr<CancelToken> stop)
      : hosts_(std::move(hosts)) {
    limits_.connect = connect_limit;
    ctx_.cancel = std::move(stop);
  }

  int descriptor() const { return connection_ ? connection_->descriptor() : -1; }

  // Until the next attempt to connect.
  milliseconds Pause() const {
    if (connection_) return kForEver;
    const auto left = retry_at_ - std::chrono::steady_clock::now();
    return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(left));
  }

  // Sends `topics` and returns those that came in. What cannot be sent now is sent once there is a connection.
  Topics Exchange(const Topics& topics) {
    unsent_.insert(topics.begin(), topics.end());
    Topics received;
    if (!connection_ && !Connect(received)) return received;
    if (!Send() || !Receive(received)) Lose();
    return received;
  }

 private:
  // After a gap anything may have been missed: the empty topic.
  bool Connect(Topics& received) {
    if (Pause() > milliseconds{0}) return false;
    auto opened = PgConnection::Open(hosts_, limits_, Patience(ctx_));
    if (opened.ok()) connection_ = std::move(opened).value();
    if (!connection_ || !Listen()) {
      Lose();
      return false;
    }
    pause_ = kFirstPause;
    received.emplace();
    return true;
  }

  bool Listen() {
    connection_->Send(kListen);
    return Synced();
  }

  bool Send() {
    if (unsent_.empty()) return true;
    for (const std::string& topic : unsent_) connection_->Send({std::string(kNotify), {Value{topic}}});
    if (!Synced()) return false;
    unsent_.clear();
    return true;
  }

  bool Receive(Topics& received) {
    auto payloads = connection_->TakeNotifications();
    if (!payloads) return false;
    for (std::string& payload : *payloads) received.insert(std::move(payload));
    return true;
  }

  bool Synced() { return !connection_->Sync(Patience(ctx_).AtMost(kExchangeLimit)).failure; }

  void Lose() {
    connection_.reset();
    retry_at_ = std::chrono::steady_clock::now() + pause_;
    pause_ = std::min(pause_ * 2, kLongestPause);
  }

  const std::vector<PgKeywords> hosts_;
  PgConnection::Limits limits_;
  RequestContext ctx_;  // Cancelled when the notifier stops.
  std::unique_ptr<PgConnection> connection_;
  Topics unsent_;
  MonotonicTime retry_at_;
  milliseconds pause_ = kFirstPause;
};

Result<std::unique_ptr<Notifier>> Notifier::Open(const Options& options) {
  auto stop = std::make_shared<CancelToken>();
  std::unique_ptr<Channel> channel;
  if (!options.url.starts_with("sqlite:")) {
    ARGUS_ASSIGN(std::vector<PgKeywords> hosts, ParsePgUrl(options.url));
    channel = std::make_unique<Channel>(std::move(hosts), options.connect_timeout, stop);
  }
  return std::unique_ptr<Notifier>(new Notifier(std::move(channel), std::move(stop)));
}

Notifier::Notifier(std::unique_ptr<Channel> channel, std::shared_ptr<CancelToken> stop)
    : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), channel_(std::move(channel)), stop_(std::move(stop)) {
  thread_ = std::thread([this] { Run(); });
}

Notifier::~Notifier() {
  stop_->Cancel();
  Wake();
  thread_.join();
  close(wake_);
}

void Notifier::Notify(std::string_view topic) {
  {
    std::lock_guard lock(mutex_);
    if (!pending_.emplace(topic).second) return;
  }
  Wake();
}

Notifier::Subscription Notifier::OnNotify(Callback callback) {
  std::lock_guard lock(callbacks_mutex_);
  callbacks_.emplace(++next_id_, std::move(callback));
  return Subscription(this, next_id_);
}

void Notifier::Unsubscribe(std::uint64_t id) {
  std::lock_guard lock(callbacks_mutex_);
  callbacks_.erase(id);
}

// Hints of this process do not take the way over the server.
void Notifier::Run() {
  while (!stop_->cancelled()) {
    const Topics topics = TakePending();
    Deliver(topics);
    if (channel_) Deliver(channel_->Exchange(topics));
    Wait();
  }
}

void Notifier::Wake() { eventfd_write(wake_, 1); }

void Notifier::Wait() {
  pollfd sources[] = {{wake_, POLLIN, 0}, {channel_ ? channel_->descriptor() : -1, POLLIN, 0}};
  poll(sources, 2, static_cast<int>((channel_ ? channel_->Pause() : kForEver).count()));
  eventfd_t ignored;
  eventfd_read(wake_, &ignored);
}

Notifier::Topics Notifier::TakePending() {
  std::lock_guard lock(mutex_);
  return std::exchange(pending_, {});
}

void Notifier::Deliver(const Topics& topics) {
  std::lock_guard lock(callbacks_mutex_);
  for (const std::string& topic : topics) {
    for (const auto& [id, callback] : callbacks_) callback(topic);
  }
}

}  // namespace argus::db
