// A bounded queue of log records for many producers and one consumer, in which nobody ever waits for a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "platform/telemetry/log/record.h"

namespace argus::log {

// Two buffers: producers fill one while the consumer reads the other. A producer takes its place with one fetch_add,
// copies, and stamps the record as whole. Memory that was never needed is never touched; at most 2 × `bytes` are. Records
// of one thread stay in order; so do those of two threads of which one waited for the other.
class RecordQueue {
 public:
  explicit RecordQueue(std::size_t bytes);
  ~RecordQueue();
  RecordQueue(const RecordQueue&) = delete;
  RecordQueue& operator=(const RecordQueue&) = delete;

  // Copies the record. False when it finds no room: that of ERROR ends later than that of the others, of which the last
  // quarter is free. Any thread.
  bool Push(const Record& record);

  // Anything pushed and not taken by Swap() yet? Any thread.
  bool empty() const;
  // Bytes pushed and not taken yet, about. Any thread.
  std::size_t backlog() const;

  // The consumer's, one thread:

  // Takes what was pushed so far, once all that was taken before is read. False when there is nothing.
  bool Swap();
  // The next record of what was taken, valid until the next call of Swap(); false at the end. Waits for a producer that
  // has not finished its copy; at most `patience` pauses of 100 µs, after which it takes the rest for lost.
  bool Next(Record& record, int patience = std::numeric_limits<int>::max());

 private:
  struct Buffer {
    char* data = nullptr;
    alignas(64) std::atomic<std::uint64_t> reserved;  // bytes; kSealed and more: not open
    std::atomic<std::uint64_t> refused_at;            // where the first record that found no room would have begun
    std::uint32_t generation = 0;                     // of the records that count
  };

  char* Reserve(std::size_t bytes, std::size_t limit, std::uint32_t& generation);
  std::size_t EndOf(Buffer& buffer, std::uint64_t reserved) const;
  void GiveBack(Buffer& buffer, std::size_t used);

  const std::size_t bytes_;
  std::array<Buffer, 2> buffers_;
  alignas(64) std::atomic<unsigned> active_{0};

  unsigned drained_ = 1;   // the consumer's buffer
  std::size_t read_ = 0;   // within it
  std::size_t end_ = 0;    // of what was written into it
};

}  // namespace argus::log
