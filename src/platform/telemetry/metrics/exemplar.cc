#include "platform/telemetry/metrics/exemplar.h"

#include <ctime>

#include <algorithm>

namespace argus::metrics {
namespace {

bool IsHex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsUsable(const Exemplar& exemplar) {
  return !exemplar.trace_id.empty() && exemplar.trace_id.size() <= 32 && exemplar.span_id.size() <= 16 &&
         IsHex(exemplar.trace_id) && IsHex(exemplar.span_id);
}

std::int64_t UnixMillis() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

void ExemplarSlot::TryPut(const Exemplar& exemplar, double value) {
  if (busy_.test_and_set(std::memory_order_acquire)) return;
  std::ranges::copy(exemplar.trace_id, kept_.trace.begin());
  std::ranges::copy(exemplar.span_id, kept_.span.begin());
  kept_.trace_size = static_cast<std::uint8_t>(exemplar.trace_id.size());
  kept_.span_size = static_cast<std::uint8_t>(exemplar.span_id.size());
  kept_.value = value;
  kept_.unix_millis = UnixMillis();
  busy_.clear(std::memory_order_release);
}

bool ExemplarSlot::TryGet(KeptExemplar& out) const {
  if (busy_.test_and_set(std::memory_order_acquire)) return false;
  out = kept_;
  busy_.clear(std::memory_order_release);
  return out.trace_size > 0;
}

void ExemplarSlots::TryPut(std::size_t at, const Exemplar& exemplar, double value) {
  if (!IsUsable(exemplar)) return;
  ExemplarSlot* slots = slots_.load(std::memory_order_acquire);
  if (slots == nullptr) {
    auto made = std::make_unique<ExemplarSlot[]>(size_);
    if (slots_.compare_exchange_strong(slots, made.get(), std::memory_order_acq_rel)) slots = made.release();
  }
  slots[at].TryPut(exemplar, value);
}

bool ExemplarSlots::TryGet(std::size_t at, KeptExemplar& out) const {
  const ExemplarSlot* slots = slots_.load(std::memory_order_acquire);
  return slots != nullptr && slots[at].TryGet(out);
}

}  // namespace argus::metrics
