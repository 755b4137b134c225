// Who comes first: a cancel, or COMMIT.
#pragma once

#include <functional>
#include <mutex>

namespace argus::target {

// Thread-safe. A request before Seal stops the run; one after it does nothing, so that nothing disturbs a COMMIT under
// way.
class Interrupt {
 public:
  // Calls `stop_statement`, which may be called again for each request, unless the run is sealed.
  void Request(const std::function<void()>& stop_statement) {
    const std::lock_guard lock(mutex_);
    if (sealed_) return;
    requested_ = true;
    stop_statement();
  }
  // False when a request came first: the run must roll back.
  [[nodiscard]] bool Seal() {
    const std::lock_guard lock(mutex_);
    sealed_ = !requested_;
    return sealed_;
  }
  // After the run: requests count again.
  void Unseal() {
    const std::lock_guard lock(mutex_);
    sealed_ = false;
  }
  bool requested() const {
    const std::lock_guard lock(mutex_);
    return requested_;
  }

 private:
  mutable std::mutex mutex_;
  bool requested_ = false;
  bool sealed_ = false;
};

}  // namespace argus::target
