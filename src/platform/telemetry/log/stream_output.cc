#include "platform/telemetry/log/stream_output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace argus::log {
namespace {

constexpr std::size_t kBatchBytes = 256 << 10;
constexpr std::size_t kBatchLines = 8192;

// A regular file never makes a writer wait; anything else is given only what it takes at once when it polls writable.
std::size_t PieceBytes(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? 1 << 20 : PIPE_BUF;
}

}  // namespace

// The room is reserved, so that nothing is allocated within a crash handler; memory that is not needed is not touched.
StreamOutput::StreamOutput(int fd, const Format& format, OutputState& state)
    : fd_(fd), format_(format), state_(state), piece_bytes_(PieceBytes(fd)) {
  batch_.Room(kBatchBytes + kLongestLine);
  ends_.reserve(kBatchLines);
}

void StreamOutput::Add(const Record& record, std::string_view stack) {
  format_.finish(record, stack, batch_);
  ends_.push_back(batch_.size());
  if (batch_.size() >= kBatchBytes || ends_.size() == kBatchLines) Commit();
}

void StreamOutput::Commit() {
  if (!WriteAll()) {
    if (state_.abandoned()) return;
    LoseRest();
  }
  batch_.Clear();
  ends_.clear();
  written_ = 0;
}

bool StreamOutput::WriteAll() {
  if (batch_.size() == 0) return true;
  if (torn_ && !CloseTornLine()) return false;
  while (written_ < batch_.size()) {
    if (!WaitWritable(fd_, state_)) return false;
    const ssize_t count = write(fd_, batch_.data() + written_, std::min(batch_.size() - written_, piece_bytes_));
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return false;
    written_ += count;
    torn_ = batch_.data()[written_ - 1] != '\n';
    ++state_.progress;
  }
  return true;
}

// So that the next line stands alone.
bool StreamOutput::CloseTornLine() {
  if (written_ > 0) return true;  // It goes on in this very batch.
  if (!WaitWritable(fd_, state_) || write(fd_, "\n", 1) != 1) return false;
  torn_ = false;
  return true;
}

void StreamOutput::LoseRest() {
  const auto whole = std::upper_bound(ends_.begin(), ends_.end(), written_);
  state_.lost += ends_.end() - whole;
  ++state_.write_errors;
  ++state_.progress;
}

}  // namespace argus::log
