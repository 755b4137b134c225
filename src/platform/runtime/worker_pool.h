// A bounded pool of threads for ordinary blocking functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "platform/runtime/mutex.h"

namespace argus {

// Thread-safe. Tasks run in submission order, each exactly once; a task must not throw.
class WorkerPool {
 public:
  // Told how long a task waited in the queue, when it begins, on the worker's thread. Must be quick and must not throw.
  using OnBegin = std::function<void(std::chrono::nanoseconds waited)>;

  // `name` becomes the threads' name (at most 15 bytes are visible). `on_begin` may be empty.
  WorkerPool(std::string name, std::size_t threads, std::size_t queue_limit, OnBegin on_begin = {});
  // Runs what is queued, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False, without running `task`, when the queue is full or the pool is stopping: the caller answers "overloaded".
  // `patience` is how long it may take, once begun, before it counts as overdue.
  [[nodiscard]] bool TrySubmit(std::function<void()> task, std::chrono::nanoseconds patience = {});
  // Refuses new tasks, runs those queued, joins. Idempotent.
  void Stop();

  std::size_t queue_length() const;
  // For how long, at `now`, every worker has been at a task that is overdue: nothing will be run until one of them comes
  // back. Zero while a worker is free or within its patience.
  std::chrono::nanoseconds stalled(MonotonicTime now) const;
  std::size_t size() const { return threads_.size(); }

 private:
  struct Task {
    std::function<void()> run;
    std::chrono::nanoseconds patience;
    MonotonicTime since;  // it waits
  };

  void Run(MonotonicTime& overdue_at);

  const std::string name_;
  const std::size_t queue_limit_;
  const OnBegin on_begin_;
  mutable Mutex mutex_;
  ConditionVariable ready_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<MonotonicTime> overdue_at_;  // of each worker's task; max() when it has none
  std::vector<std::thread> threads_;
};

}  // namespace argus
