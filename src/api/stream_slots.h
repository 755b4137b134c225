// How many streams one user may have open.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "platform/base/result.h"

namespace argus::api {

// Thread-safe.
class StreamSlots {
 public:
  // Taken until it is destroyed; may outlive the StreamSlots.
  using Slot = std::shared_ptr<void>;

  explicit StreamSlots(std::size_t per_user) : per_user_(per_user) {}

  // RESOURCE_EXHAUSTED / TOO_MANY_STREAMS.
  Result<Slot> Take(const std::string& user);

 private:
  struct Counts {
    std::mutex mutex;
    std::map<std::string, std::size_t> open;
  };
  static void GiveBack(Counts& counts, const std::string& user);

  const std::size_t per_user_;
  const std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace argus::api
