#include "platform/telemetry/metrics/cells.h"

#include <sys/mman.h>

#include <new>

namespace argus::metrics {
namespace {

constexpr std::size_t kBlockBytes = kRows * kRowCells * sizeof(std::uint64_t);

// One bit a row. Giving a row back releases what was added in it to the thread that takes it over.
constinit std::atomic<std::uint64_t> taken_rows{1};
// Rows at and above this one have never been used.
constinit std::atomic<std::size_t> used_rows{1};

// 0 when every row is taken.
std::size_t TakeRow() {
  std::uint64_t taken = taken_rows.load(std::memory_order_relaxed);
  std::size_t row = 0;
  do {
    row = std::countr_one(taken);
    if (row == kRows) return 0;
  } while (!taken_rows.compare_exchange_weak(taken, taken | (1ull << row), std::memory_order_acquire));
  std::size_t used = used_rows.load(std::memory_order_relaxed);
  while (used <= row && !used_rows.compare_exchange_weak(used, row + 1, std::memory_order_relaxed)) {
  }
  return row;
}

// A thread's claim on a row, from its first addition to its end.
class RowClaim {
 public:
  RowClaim() : row_(TakeRow()) { own_row_offset = static_cast<std::uint32_t>(row_ * kRowCells); }
  ~RowClaim() {
    own_row_offset = 0;
    if (row_ != 0) taken_rows.fetch_and(~(1ull << row_), std::memory_order_release);
  }

 private:
  const std::size_t row_;
};

// Sets own_row_offset, unless this thread is ending or no row was left.
void ClaimRow() { static thread_local const RowClaim claim; }

}  // namespace

static_assert(kRows == 64, "a row is a bit of taken_rows");

void Cell::AddCountFirstOrShared(std::uint64_t by) const {
  ClaimRow();
  if (own_row_offset != 0) return AddCount(by);
  std::atomic_ref<std::uint64_t>(*row0_).fetch_add(by, std::memory_order_relaxed);
}

void Cell::AddDoubleFirstOrShared(double by) const {
  ClaimRow();
  if (own_row_offset != 0) return AddDouble(by);
  const std::atomic_ref<std::uint64_t> cell(*row0_);
  std::uint64_t bits = cell.load(std::memory_order_relaxed);
  while (!cell.compare_exchange_weak(bits, std::bit_cast<std::uint64_t>(std::bit_cast<double>(bits) + by),
                                     std::memory_order_relaxed)) {
  }
}

std::uint64_t Cell::Count() const {
  std::uint64_t sum = 0;
  const std::size_t end = used_rows.load(std::memory_order_relaxed) * kRowCells;
  for (std::size_t at = 0; at < end; at += kRowCells) {
    sum += std::atomic_ref<std::uint64_t>(row0_[at]).load(std::memory_order_relaxed);
  }
  return sum;
}

double Cell::Double() const {
  double sum = 0;
  const std::size_t end = used_rows.load(std::memory_order_relaxed) * kRowCells;
  for (std::size_t at = 0; at < end; at += kRowCells) {
    sum += std::bit_cast<double>(std::atomic_ref<std::uint64_t>(row0_[at]).load(std::memory_order_relaxed));
  }
  return sum;
}

CellArena::~CellArena() {
  for (std::uint64_t* block : blocks_) munmap(block, kBlockBytes);
}

Cell CellArena::Allocate(std::size_t count) {
  const std::lock_guard lock(mutex_);
  if (used_ + count > kRowCells) {
    void* block = mmap(nullptr, kBlockBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) throw std::bad_alloc();
    madvise(block, kBlockBytes, MADV_NOHUGEPAGE);  // a huge page would make every row resident
    blocks_.push_back(static_cast<std::uint64_t*>(block));
    used_ = 0;
  }
  const Cell first(blocks_.back() + used_);
  used_ += count;
  return first;
}

}  // namespace argus::metrics
