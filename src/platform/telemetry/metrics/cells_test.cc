#include "platform/telemetry/metrics/cells.h"

#include <gtest/gtest.h>

#include <thread>

namespace argus::metrics {
namespace {

// Ends before it returns.
template <typename Work>
void OnThreads(int count, Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

TEST(Cells, AddUpWhatEveryThreadAdded) {
  CellArena arena;
  const Cell count = arena.Allocate(2);
  const Cell sum = count[1];
  OnThreads(8, [&] {
    for (int i = 0; i < 1000; ++i) {
      count.AddCount(1);
      sum.AddDouble(0.5);
    }
  });
  EXPECT_EQ(count.Count(), 8000u);
  EXPECT_EQ(sum.Double(), 4000.0);
}

TEST(Cells, KeepWhatThreadsAddedThatHaveEnded) {
  CellArena arena;
  const Cell cell = arena.Allocate(1);
  for (int i = 0; i < 200; ++i) OnThreads(1, [&] { cell.AddCount(1); });
  EXPECT_EQ(cell.Count(), 200u);
}

TEST(Cells, ThreadsBeyondTheRowsShareOne) {
  CellArena arena;
  const Cell cell = arena.Allocate(2);
  std::atomic<int> started{0};
  constexpr int kThreads = 2 * kRows;
  OnThreads(kThreads, [&] {
    cell.AddCount(1);
    ++started;
    while (started < kThreads) std::this_thread::yield();  // all hold their row at once
    for (int i = 0; i < 100; ++i) {
      cell.AddCount(1);
      cell[1].AddDouble(1);
    }
  });
  EXPECT_EQ(cell.Count(), kThreads * 101u);
  EXPECT_EQ(cell[1].Double(), kThreads * 100.0);
}

TEST(Cells, AThreadHasOneRowForAllArenas) {
  CellArena first;
  CellArena second;
  const Cell a = first.Allocate(1);
  const Cell b = second.Allocate(1);
  a.AddCount(2);
  b.AddCount(3);
  EXPECT_NE(own_row_offset, 0u);
  EXPECT_EQ(a.Count(), 2u);
  EXPECT_EQ(b.Count(), 3u);
}

TEST(Cells, NeighboursNeverStraddleBlocks) {
  CellArena arena;
  std::vector<Cell> cells;
  for (int i = 0; i < 10; ++i) cells.push_back(arena.Allocate(kRowCells - 100));
  for (const Cell& cell : cells) {
    for (std::size_t at = 0; at < kRowCells - 100; ++at) cell[at].AddCount(1);
  }
  for (const Cell& cell : cells) {
    for (std::size_t at = 0; at < kRowCells - 100; ++at) ASSERT_EQ(cell[at].Count(), 1u);
  }
}

// Adds while the thread's other thread-local objects end, after it gave its row back.
struct LateAdder {
  ~LateAdder() { cell.AddCount(1); }
  Cell cell;
};

TEST(Cells, CountEvenWhileAThreadEnds) {
  CellArena arena;
  const Cell cell = arena.Allocate(1);
  OnThreads(4, [&] {
    static thread_local LateAdder late;  // made before the row is claimed, so it ends after
    late.cell = cell;
    cell.AddCount(1);
  });
  EXPECT_EQ(cell.Count(), 8u);
}

}  // namespace
}  // namespace argus::metrics
