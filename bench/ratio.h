// Interleaved measurements of two ways to do the same: what is shared by the programs here.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>
#include <vector>

namespace argus::bench {

// Keeps the compiler from leaving out what makes `value`.
template <typename T>
void Keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

// Keeps the compiler from joining one call with the next.
inline void Apart() { asm volatile("" : : : "memory"); }

// Nanoseconds a call of `work(count)` takes, by `count`.
template <typename Work>
double NanosEach(std::size_t count, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work(count);
  const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
  return time.count() / static_cast<double>(count);
}

// The same with `work(count)` on each of `threads` threads at once, by the calls of one.
template <typename Work>
double NanosEachOn(int threads, std::size_t count, Work work) {
  return NanosEach(count, [&](std::size_t each) {
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i) running.emplace_back([&work, each] { work(each); });
  });
}

struct Spread {
  explicit Spread(std::vector<double> values) {
    std::ranges::sort(values);
    low = values.front();
    median = values[values.size() / 2];
    high = values.back();
  }
  double low;
  double median;
  double high;
};

// Runs both `pairs` times in turn; prints their medians and spread and the ratio peer / ours, above 1 where ours is
// faster, and whether its median is at least `floor`. Returns that.
template <typename Ours, typename Peer>
bool Compare(const char* what, const char* unit, int pairs, Ours ours, Peer peer, double floor) {
  std::vector<double> our_times, peer_times, ratios;
  ours();
  peer();
  for (int i = 0; i < pairs; ++i) {
    our_times.push_back(ours());
    peer_times.push_back(peer());
    ratios.push_back(peer_times.back() / our_times.back());
  }
  const Spread a(our_times), b(peer_times), ratio(ratios);
  const bool held = ratio.median >= floor;
  std::printf("%-44s %9.2f %s [%.2f .. %.2f]  peer %9.2f %s [%.2f .. %.2f]  faster by %.2f [%.2f .. %.2f]  floor %.2f: %s\n",
              what, a.median, unit, a.low, a.high, b.median, unit, b.low, b.high, ratio.median, ratio.low, ratio.high,
              floor, held ? "held" : "MISSED");
  return held;
}

}  // namespace argus::bench
