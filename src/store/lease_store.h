// Named leases: which replica does a thing that only one may do. Times are tx.lease_now()'s.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/transaction.h"

namespace argus::store {

struct Lease {
  // Grows whenever the holder changes: a fencing token.
  std::int64_t epoch = 0;
  Timestamp expire_time;
};

// Takes the lease if it is free, expired or the owner's already (which renews it); nullopt while another holds it.
// Commit with Unaudited::kLeaseRenewal.
Result<std::optional<Lease>> AcquireLease(Transaction& tx, std::string_view name, std::string_view owner,
                                          std::chrono::milliseconds duration);
// Lets go of it, if it is the owner's.
void ReleaseLease(Transaction& tx, std::string_view name, std::string_view owner);

}  // namespace argus::store
