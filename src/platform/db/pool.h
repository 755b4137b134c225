// A bounded pool of connections, opened as needed and closed after a time unused.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "platform/base/result.h"
#include "platform/db/database.h"
#include "platform/db/patience.h"

namespace argus::db {

// Thread-safe; must outlive its leases. `Connection` has `bool Healthy()`, asked before a connection is lent and after
// it comes back: one that is not is closed. The most recently used connection is lent first, so that surplus ones age;
// those unused for `kMaxIdle` are closed when another comes back.
template <typename Connection>
class Pool {
 public:
  using Factory = std::function<Result<std::unique_ptr<Connection>>(const Patience&)>;
  static constexpr std::chrono::seconds kMaxIdle{30};

  // A connection on loan; it returns when the lease is destroyed.
  class Lease {
   public:
    Lease(Pool* pool, std::unique_ptr<Connection> connection) : pool_(pool), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) pool_->Return(std::move(connection_));
    }
    Connection* operator->() const { return connection_.get(); }
    Connection& operator*() const { return *connection_; }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  Pool(std::size_t capacity, Factory open) : capacity_(capacity), open_(std::move(open)) {}

  // Waits for a free connection, or opens one.
  Result<Lease> Acquire(const Patience& patience) {
    for (;;) {
      ARGUS_ASSIGN(std::unique_ptr<Connection> idle, TakeIdle(patience));
      if (!idle) break;
      if (idle->Healthy()) return Lease(this, std::move(idle));
      idle.reset();
      Forget();
    }
    auto opened = open_(patience);
    if (opened.ok()) return Lease(this, std::move(opened).value());
    Forget();
    return std::move(opened).error();
  }

  PoolUse use() const {
    const std::lock_guard lock(mutex_);
    return {open_count_, open_count_ - idle_.size(), capacity_};
  }

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    MonotonicTime since;
  };

  // An idle connection, or null and the right to open one.
  Result<std::unique_ptr<Connection>> TakeIdle(const Patience& patience) {
    std::unique_lock lock(mutex_);
    while (idle_.empty() && open_count_ >= capacity_) {
      if (patience.Exhausted()) return patience.Failure("a free connection");
      freed_.wait_for(lock, patience.Slice());
    }
    if (idle_.empty()) {
      ++open_count_;
      return std::unique_ptr<Connection>();
    }
    auto connection = std::move(idle_.back().connection);
    idle_.pop_back();
    return connection;
  }

  void Return(std::unique_ptr<Connection> connection) {
    if (!connection->Healthy()) {
      connection.reset();
      return Forget();
    }
    std::vector<Idle> stale;  // Closed after the lock is released.
    std::lock_guard lock(mutex_);
    stale = TakeStale();
    idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
    freed_.notify_one();
  }

  void Forget() {
    std::lock_guard lock(mutex_);
    --open_count_;
    freed_.notify_one();
  }

  std::vector<Idle> TakeStale() {
    const auto limit = std::chrono::steady_clock::now() - kMaxIdle;
    auto fresh = idle_.begin();
    while (fresh != idle_.end() && fresh->since < limit) ++fresh;
    std::vector<Idle> stale(std::make_move_iterator(idle_.begin()), std::make_move_iterator(fresh));
    idle_.erase(idle_.begin(), fresh);
    open_count_ -= stale.size();
    return stale;
  }

  const std::size_t capacity_;
  const Factory open_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Idle> idle_;  // Oldest first.
  std::size_t open_count_ = 0;
};

}  // namespace argus::db
