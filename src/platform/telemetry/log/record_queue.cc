#include "platform/telemetry/log/record_queue.h"

#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace argus::log {
namespace {

constexpr std::uint64_t kSealed = std::uint64_t{1} << 62;
constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kKept = 256 << 10;  // of a buffer that is not needed now
// Generations begin where neither text nor an address could be taken for one.
constexpr std::uint32_t kFirstGeneration = 0xC1'00'00'00;

struct alignas(8) Header {
  std::uint64_t stamp;  // generation and size of a whole record; written last
  std::uint32_t head;
  std::uint32_t error;
  std::uint32_t tail;
  std::uint16_t frames;
  std::uint16_t level;
};

constexpr std::size_t Padded(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }

std::size_t SizeOf(const Record& record) {
  return sizeof(Header) + record.stack.size_bytes() +
         Padded(record.head.size() + record.error.size() + record.tail.size());
}

std::atomic_ref<std::uint64_t> StampAt(char* place) {
  return std::atomic_ref<std::uint64_t>(reinterpret_cast<Header*>(place)->stamp);
}

char* Copy(std::string_view text, char* to) {
  return std::copy(text.begin(), text.end(), to);
}

void Write(const Record& record, std::uint64_t stamp, char* place) {
  auto& header = *reinterpret_cast<Header*>(place);
  header.head = static_cast<std::uint32_t>(record.head.size());
  header.error = static_cast<std::uint32_t>(record.error.size());
  header.tail = static_cast<std::uint32_t>(record.tail.size());
  header.frames = static_cast<std::uint16_t>(record.stack.size());
  header.level = static_cast<std::uint16_t>(record.level);
  char* at = place + sizeof(Header);
  if (!record.stack.empty()) std::memcpy(at, record.stack.data(), record.stack.size_bytes());
  Copy(record.tail, Copy(record.error, Copy(record.head, at + record.stack.size_bytes())));
  StampAt(place).store(stamp, std::memory_order_release);
}

Record Read(const char* place) {
  const auto& header = *reinterpret_cast<const Header*>(place);
  const char* at = place + sizeof(Header);
  Record record;
  record.level = static_cast<Level>(header.level);
  record.stack = {reinterpret_cast<const std::uintptr_t*>(at), header.frames};
  at += record.stack.size_bytes();
  record.head = {at, header.head};
  record.error = {at + header.head, header.error};
  record.tail = {at + header.head + header.error, header.tail};
  return record;
}

// Async-signal-safe.
void Pause() {
  const timespec wait{0, 100'000};
  nanosleep(&wait, nullptr);
}

char* Map(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(memory);
}

}  // namespace

RecordQueue::RecordQueue(std::size_t bytes) : bytes_(Padded(bytes)) {
  for (Buffer& buffer : buffers_) {
    buffer.data = Map(bytes_);
    buffer.reserved = kSealed;
    buffer.refused_at = kNone;
  }
  buffers_[0].generation = kFirstGeneration;
  buffers_[0].reserved = 0;
}

RecordQueue::~RecordQueue() {
  for (const Buffer& buffer : buffers_) munmap(buffer.data, bytes_);
}

bool RecordQueue::Push(const Record& record) {
  const std::size_t size = SizeOf(record);
  const std::size_t limit = record.level == Level::kError ? bytes_ : bytes_ - bytes_ / 4;
  std::uint32_t generation = 0;
  char* place = Reserve(size, limit, generation);
  if (place == nullptr) return false;
  Write(record, std::uint64_t{generation} << 32 | size, place);
  return true;
}

// Null when there is no room. A reservation that goes over the end leaves all later ones without room too, so that the
// whole records of a buffer stand side by side.
char* RecordQueue::Reserve(std::size_t bytes, std::size_t limit, std::uint32_t& generation) {
  for (;;) {
    Buffer& buffer = buffers_[active_.load(std::memory_order_acquire)];
    const std::uint64_t seen = buffer.reserved.load(std::memory_order_relaxed);
    if (seen < kSealed && seen + bytes > limit) return nullptr;
    const std::uint64_t at = buffer.reserved.fetch_add(bytes);
    if (at >= kSealed) continue;
    generation = buffer.generation;
    if (at + bytes <= bytes_) return buffer.data + at;
    if (at <= bytes_) buffer.refused_at.store(at, std::memory_order_release);
    return nullptr;
  }
}

bool RecordQueue::empty() const {
  const auto reserved = buffers_[active_.load(std::memory_order_acquire)].reserved.load();
  return reserved == 0 || reserved >= kSealed;
}

std::size_t RecordQueue::backlog() const {
  const auto reserved = buffers_[active_.load(std::memory_order_acquire)].reserved.load(std::memory_order_relaxed);
  return reserved >= kSealed ? 0 : std::min<std::size_t>(reserved, bytes_);
}

bool RecordQueue::Swap() {
  const unsigned active = active_.load(std::memory_order_relaxed);
  if (read_ != end_ || buffers_[active].reserved.load() == 0) return false;
  GiveBack(buffers_[drained_], end_);
  Buffer& next = buffers_[drained_];
  next.generation = kFirstGeneration | (buffers_[active].generation + 1);
  next.refused_at.store(kNone, std::memory_order_relaxed);
  next.reserved.store(0, std::memory_order_release);
  active_.store(drained_, std::memory_order_release);
  drained_ = active;
  read_ = 0;
  end_ = EndOf(buffers_[active], buffers_[active].reserved.exchange(kSealed));
  return true;
}

std::size_t RecordQueue::EndOf(Buffer& buffer, std::uint64_t reserved) const {
  if (reserved <= bytes_) return reserved;
  std::uint64_t end = kNone;
  while ((end = buffer.refused_at.load(std::memory_order_acquire)) == kNone) Pause();
  return end;
}

bool RecordQueue::Next(Record& record, int patience) {
  if (read_ == end_) return false;
  Buffer& buffer = buffers_[drained_];
  char* place = buffer.data + read_;
  std::uint64_t stamp = StampAt(place).load(std::memory_order_acquire);
  for (; stamp >> 32 != buffer.generation; stamp = StampAt(place).load(std::memory_order_acquire)) {
    if (patience-- <= 0) return read_ = end_, false;
    Pause();
  }
  record = Read(place);
  read_ += stamp & 0xFFFFFFFF;
  return true;
}

// After a burst the memory goes back to the system.
void RecordQueue::GiveBack(Buffer& buffer, std::size_t used) {
  if (used > kKept) madvise(buffer.data + kKept, bytes_ - kKept, MADV_DONTNEED);
}

}  // namespace argus::log
