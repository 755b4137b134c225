#include "platform/runtime/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace argus {

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t queue_limit, OnBegin on_begin)
    : name_(std::move(name)),
      queue_limit_(queue_limit),
      on_begin_(std::move(on_begin)),
      overdue_at_(threads, MonotonicTime::max()) {
  threads_.reserve(threads);
  for (auto& overdue_at : overdue_at_) threads_.emplace_back([this, &overdue_at] { Run(overdue_at); });
}

WorkerPool::~WorkerPool() { Stop(); }

bool WorkerPool::TrySubmit(std::function<void()> task, std::chrono::nanoseconds patience) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back({std::move(task), patience, std::chrono::steady_clock::now()});
  }
  ready_.notify_one();
  return true;
}

void WorkerPool::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t WorkerPool::queue_length() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

std::chrono::nanoseconds WorkerPool::stalled(MonotonicTime now) const {
  std::lock_guard lock(mutex_);
  const MonotonicTime last = *std::max_element(overdue_at_.begin(), overdue_at_.end());
  return last < now ? now - last : std::chrono::nanoseconds(0);
}

void WorkerPool::Run(MonotonicTime& overdue_at) {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  for (std::unique_lock lock(mutex_);;) {
    overdue_at = MonotonicTime::max();
    while (!stopping_ && queue_.empty()) ready_.WaitIdle(lock);
    if (queue_.empty()) return;
    {
      const Task task = std::move(queue_.front());
      queue_.pop_front();
      const MonotonicTime now = std::chrono::steady_clock::now();
      overdue_at = now + task.patience;
      lock.unlock();
      if (on_begin_) on_begin_(now - task.since);
      task.run();
    }  // What it held is let go of before the lock is taken.
    lock.lock();
  }
}

}  // namespace argus
