#include "platform/telemetry/log/line_writer.h"

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <utility>

namespace argus::log {
namespace {

constexpr std::chrono::milliseconds kPollSlice{50};
constexpr std::size_t kKeptCapacity = 256 << 10;

// A regular file never makes a writer wait; anything else is given only what it takes at once when it polls writable.
std::size_t PieceBytes(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? 1 << 20 : PIPE_BUF;
}

// Signals go to other threads; a SIGPIPE raised by this thread's own write stays pending and dies with it.
void BlockAllSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::uint64_t CountLines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

LineWriter::LineWriter(int fd, std::size_t queue_bytes)
    : fd_(fd), queue_bytes_(queue_bytes), piece_bytes_(PieceBytes(fd)), thread_([this] { Run(); }) {}

LineWriter::~LineWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void LineWriter::Push(std::string_view line, bool urgent) {
  const std::size_t limit = urgent ? queue_bytes_ : queue_bytes_ - queue_bytes_ / 4;
  bool was_empty = false;
  {
    std::lock_guard lock(mutex_);
    if (pending_.size() + line.size() > limit) {
      ++dropped_;
      return;
    }
    was_empty = pending_.empty();
    pending_ += line;
    queued_ += line.size();
  }
  if (was_empty) ready_.notify_one();
}

void LineWriter::Flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t goal = queued_;
  for (std::uint64_t seen = settled_; settled_ < goal; seen = settled_) {
    if (!written_.wait_for(lock, kStallLimit, [&] { return settled_ > seen; })) return;
  }
}

std::uint64_t LineWriter::dropped() const {
  std::lock_guard lock(mutex_);
  return dropped_;
}

std::uint64_t LineWriter::write_errors() const {
  std::lock_guard lock(mutex_);
  return write_errors_;
}

void LineWriter::Run() {
  BlockAllSignals();
  pthread_setname_np(pthread_self(), "log");
  std::string batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
      if (pending_.empty()) return;
      batch.swap(pending_);
    }
    WriteBatch(batch);
    if (batch.capacity() > kKeptCapacity) batch = std::string();
    batch.clear();
  }
}

void LineWriter::WriteBatch(std::string_view batch) {
  if (torn_) {
    // Closes the unfinished line first, so that the next one stands alone.
    if (!WaitWritable() || write(fd_, "\n", 1) != 1) return Lose(batch);
    torn_ = false;
  }
  while (!batch.empty()) {
    if (!WaitWritable()) return Lose(batch);
    const ssize_t count = write(fd_, batch.data(), std::min(batch.size(), piece_bytes_));
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return Lose(batch);
    torn_ = batch[count - 1] != '\n';
    batch.remove_prefix(count);
    {
      std::lock_guard lock(mutex_);
      settled_ += count;
    }
    written_.notify_all();
  }
}

// Waits as long as it takes while the logger lives, at most kStallLimit once it is being destroyed. True also on a broken
// descriptor: the write then says what is wrong.
bool LineWriter::WaitWritable() {
  std::chrono::milliseconds waited_while_stopping{0};
  while (waited_while_stopping < kStallLimit) {
    pollfd entry{fd_, POLLOUT, 0};
    if (poll(&entry, 1, static_cast<int>(kPollSlice.count())) != 0) return true;
    std::lock_guard lock(mutex_);
    if (stopping_) waited_while_stopping += kPollSlice;
  }
  return false;
}

void LineWriter::Lose(std::string_view rest) {
  {
    std::lock_guard lock(mutex_);
    ++write_errors_;
    dropped_ += CountLines(rest);
    settled_ += rest.size();
  }
  written_.notify_all();
}

}  // namespace argus::log
