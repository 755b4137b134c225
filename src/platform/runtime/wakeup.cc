#include "platform/runtime/wakeup.h"

#include <utility>

namespace argus {

void Wakeup::Signal() {
  // Notified under the lock, so that the woken thread may destroy this object.
  std::lock_guard lock(mutex_);
  signalled_ = true;
  rung_.notify_one();
}

bool Wakeup::WaitFor(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  rung_.wait_for(lock, timeout, [this] { return signalled_; });
  return std::exchange(signalled_, false);
}

}  // namespace argus
