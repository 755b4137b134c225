// Counting that never contends: each cell exists once a row, and a thread adds in a row of its own. Reading sums the rows.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace argus::metrics {

// Row 0 is shared by threads that got none of their own; a row's cells fill one page.
inline constexpr std::size_t kRows = 64;
inline constexpr std::size_t kRowCells = 512;

// The distance, in cells, from row 0 to this thread's own row; 0 until it has one. Telemetry's own state.
inline constinit thread_local std::uint32_t own_row_offset = 0;

// A handle on one cell of an arena, or on the first of neighbours. Adding is lock-free and, for a thread that has a row,
// free of locked instructions; it must not be done in a signal handler, where an addition could be lost.
class Cell {
 public:
  Cell() = default;
  explicit Cell(std::uint64_t* row0) : row0_(row0) {}

  Cell operator[](std::size_t at) const { return Cell(row0_ + at); }

  void AddCount(std::uint64_t by) const {
    if (own_row_offset == 0) return AddCountFirstOrShared(by);
    const std::atomic_ref<std::uint64_t> cell(row0_[own_row_offset]);
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  // The cell then holds the bits of a double.
  void AddDouble(double by) const {
    if (own_row_offset == 0) return AddDoubleFirstOrShared(by);
    const std::atomic_ref<std::uint64_t> cell(row0_[own_row_offset]);
    const double sum = std::bit_cast<double>(cell.load(std::memory_order_relaxed)) + by;
    cell.store(std::bit_cast<std::uint64_t>(sum), std::memory_order_relaxed);
  }

  std::uint64_t Count() const;
  double Double() const;

 private:
  void AddCountFirstOrShared(std::uint64_t by) const;
  void AddDoubleFirstOrShared(double by) const;

  std::uint64_t* row0_ = nullptr;
};

// Owns cells. Memory is taken from the system by the page, and a page becomes resident when a thread first adds to it.
// Thread-safe.
class CellArena {
 public:
  CellArena() = default;
  ~CellArena();
  CellArena(const CellArena&) = delete;
  CellArena& operator=(const CellArena&) = delete;

  // The first of `count` neighbouring cells, at most kRowCells, all zero; they live as long as the arena.
  Cell Allocate(std::size_t count);

 private:
  std::mutex mutex_;
  std::vector<std::uint64_t*> blocks_;  // of kRows rows
  std::size_t used_ = kRowCells;        // of the last block
};

}  // namespace argus::metrics
