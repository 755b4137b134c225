#include "platform/runtime/runner_thread.h"

#include <pthread.h>

#include <utility>

#include "platform/runtime/work_scope.h"

namespace argus {

PeriodicThread::PeriodicThread(std::string name, std::chrono::milliseconds interval, std::function<void()> fn)
    : name_(std::move(name)), interval_(interval), fn_(std::move(fn)), thread_([this] { Run(); }) {}

PeriodicThread::~PeriodicThread() { Stop(); }

void PeriodicThread::Wake() { wakeup_.Signal(); }

void PeriodicThread::Stop() {
  stopping_.store(true, std::memory_order_release);
  wakeup_.Signal();
  if (thread_.joinable()) thread_.join();
}

void PeriodicThread::Run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  const WorkLabel label("runner", LastingText(name_));
  while (!stopping()) {
    fn_();
    wakeup_.WaitFor(interval_);
  }
}

}  // namespace argus
