// A bounded queue of lines and the one thread that writes them to a file descriptor.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace argus::log {

// Thread-safe. Push never waits for the descriptor. Memory stays below twice `queue_bytes`: what is queued and what is
// being written. A write error loses the lines it concerns, is counted and leaves the writer alive; SIGPIPE is not raised.
class LineWriter {
 public:
  static constexpr std::chrono::milliseconds kStallLimit{2000};

  // `fd` is not owned; its flags are left alone.
  LineWriter(int fd, std::size_t queue_bytes);
  // Writes what is queued; gives up, and counts the rest as dropped, once the descriptor took nothing for kStallLimit.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // `line` ends with '\n'. An urgent line may use the last quarter of the queue, which the others leave free.
  void Push(std::string_view line, bool urgent);
  // Returns when everything pushed before the call is written or lost, at the latest after kStallLimit without progress.
  void Flush();

  std::uint64_t dropped() const;       // lines: queue full, or lost by a write error
  std::uint64_t write_errors() const;  // failed writes

 private:
  void Run();
  void WriteBatch(std::string_view batch);
  bool WaitWritable();
  void Lose(std::string_view rest);

  const int fd_;
  const std::size_t queue_bytes_;
  const std::size_t piece_bytes_;  // what one write() may be given without blocking once the descriptor is writable

  mutable std::mutex mutex_;
  std::condition_variable ready_;    // something queued, or stopping
  std::condition_variable written_;  // settled_ has moved
  std::string pending_;
  std::uint64_t queued_ = 0;   // bytes ever accepted
  std::uint64_t settled_ = 0;  // bytes ever written or lost
  std::uint64_t dropped_ = 0;
  std::uint64_t write_errors_ = 0;
  bool stopping_ = false;

  bool torn_ = false;  // Writer thread only: the output ends within a line that could not be finished.
  std::thread thread_;
};

}  // namespace argus::log
