#include "platform/runtime/worker_pool.h"

#include <pthread.h>

#include <utility>

namespace argus {

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t queue_limit, OnBegin on_begin)
    : name_(std::move(name)), queue_limit_(queue_limit), on_begin_(std::move(on_begin)) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkerPool::~WorkerPool() { Stop(); }

bool WorkerPool::TrySubmit(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back({std::move(task), std::chrono::steady_clock::now()});
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

void WorkerPool::Run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      while (!stopping_ && queue_.empty()) ready_.WaitIdle(lock);
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    if (on_begin_) on_begin_(std::chrono::steady_clock::now() - task.since);
    task.run();
  }
}

}  // namespace argus
