// The last example of what a counter or a bucket counted: which trace it came from.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace argus::metrics {

// What an increment or observation belongs to: up to 32 and 16 hexadecimal digits. Without a trace_id it is none.
struct Exemplar {
  std::string_view trace_id;
  std::string_view span_id;
};

struct KeptExemplar {
  std::array<char, 32> trace{};
  std::array<char, 16> span{};
  std::uint8_t trace_size = 0;
  std::uint8_t span_size = 0;
  double value = 0;
  std::int64_t unix_millis = 0;

  std::string_view trace_id() const { return {trace.data(), trace_size}; }
  std::string_view span_id() const { return {span.data(), span_size}; }
};

// Thread-safe; nobody ever waits: who meets another at it leaves without.
class ExemplarSlot {
 public:
  void TryPut(const Exemplar& exemplar, double value);
  // False when there is none, or it is just being written.
  bool TryGet(KeptExemplar& out) const;

 private:
  mutable std::atomic_flag busy_;
  KeptExemplar kept_;
};

// A number of slots that take memory from the first exemplar on. Thread-safe.
class ExemplarSlots {
 public:
  explicit ExemplarSlots(std::size_t size) : size_(size) {}
  ~ExemplarSlots() { delete[] slots_.load(std::memory_order_acquire); }

  void TryPut(std::size_t at, const Exemplar& exemplar, double value);
  bool TryGet(std::size_t at, KeptExemplar& out) const;

 private:
  const std::size_t size_;
  std::atomic<ExemplarSlot*> slots_{nullptr};
};

}  // namespace argus::metrics
