#include "store/audit_id.h"

#include <algorithm>

#include "platform/base/encoding.h"

namespace argus::store {
namespace {

constexpr int kRandomBits = 11;

std::int64_t RandomPart() {
  const std::string bytes = RandomBytes(2);
  const unsigned number = static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]);
  return number & ((1u << kRandomBits) - 1);
}

}  // namespace

std::int64_t AuditIds::Next(Timestamp now) {
  const std::int64_t drawn = ToMicros(now) << kRandomBits | RandomPart();
  std::lock_guard lock(mutex_);
  return last_ = std::max(drawn, last_ + 1);
}

}  // namespace argus::store
