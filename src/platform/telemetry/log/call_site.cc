#include "platform/telemetry/log/call_site.h"

#include <cstdint>
#include <memory>

namespace argus::log {
namespace {

constexpr std::size_t kProbes = 16;

// Literals: equal addresses are equal texts.
struct Key {
  const char* message;
  Level level;
  const char* function;
  const char* file;
  unsigned line;
  friend bool operator==(const Key&, const Key&) = default;
};

std::size_t HashOf(const Key& key) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  const auto bits = reinterpret_cast<std::uintptr_t>(key.message) ^ reinterpret_cast<std::uintptr_t>(key.function) << 8;
  return ((bits ^ key.line) * kOdd) >> 40;
}

}  // namespace

struct CallSites::Entry {
  Key key;
  CallSite site;
};

CallSites::~CallSites() {
  for (const auto& slot : slots_) delete slot.load();
}

const CallSite& CallSites::Of(const Event& event, const std::source_location& where) {
  const Key key{event.message.data(), event.level, where.function_name(), where.file_name(), where.line()};
  const std::size_t hash = HashOf(key);
  std::unique_ptr<const Entry> made;
  for (std::size_t i = 0; i < kProbes; ++i) {
    auto& slot = slots_[(hash + i) % slots_.size()];
    const Entry* found = slot.load(std::memory_order_acquire);
    if (found == nullptr) {
      if (!made) made = std::make_unique<Entry>(key, make_(event, where));
      if (slot.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) return made.release()->site;
    }
    if (found->key == key) return found->site;
  }
  static thread_local CallSite homeless;  // More places than anybody thought of.
  homeless = make_(event, where);
  return homeless;
}

}  // namespace argus::log
