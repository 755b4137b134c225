#include "api/stream_slots.h"

#include <fmt/format.h>

#include "domain/reasons.h"

namespace argus::api {

Result<StreamSlots::Slot> StreamSlots::Take(const std::string& user) {
  const std::lock_guard lock(counts_->mutex);
  std::size_t& open = counts_->open[user];
  if (open >= per_user_) {
    return Error(Code::kResourceExhausted, reasons::kTooManyStreams,
                 fmt::format("At most {} streams may be open for one user; close one.", per_user_));
  }
  ++open;
  return Slot(nullptr, [counts = counts_, user](void*) { GiveBack(*counts, user); });
}

void StreamSlots::GiveBack(Counts& counts, const std::string& user) {
  const std::lock_guard lock(counts.mutex);
  const auto found = counts.open.find(user);
  if (--found->second == 0) counts.open.erase(found);
}

}  // namespace argus::api
