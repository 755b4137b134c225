// Ids of audit entries: ordered by time, made without asking the database.
#pragma once

#include <cstdint>
#include <mutex>

#include "platform/base/clock.h"

namespace argus::store {

// The microsecond since 1970 in the upper bits and eleven random ones below, always more than the id before. Two
// replicas may draw the same id, about once in 2,000 times that they write in the same microsecond: the table's key
// finds out, and the transaction runs again. Thread-safe.
class AuditIds {
 public:
  std::int64_t Next(Timestamp now);

 private:
  std::mutex mutex_;
  std::int64_t last_ = 0;
};

}  // namespace argus::store
