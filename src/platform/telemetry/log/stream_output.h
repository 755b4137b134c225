// Lines to a file descriptor: a file, a pipe, a terminal.
#pragma once

#include <vector>

#include "platform/telemetry/log/format.h"
#include "platform/telemetry/log/output.h"

namespace argus::log {

class StreamOutput final : public Output {
 public:
  // `fd` is not owned; its flags are left alone.
  StreamOutput(int fd, const Format& format, OutputState& state);

  void Add(const Record& record, std::string_view stack) override;
  void Commit() override;

 private:
  bool WriteAll();
  bool CloseTornLine();
  void LoseRest();

  const int fd_;
  const Format& format_;
  OutputState& state_;
  const std::size_t piece_bytes_;  // what one write() may be given without blocking once the descriptor is writable
  Buffer batch_;
  std::vector<std::size_t> ends_;  // of the lines in the batch
  std::size_t written_ = 0;        // of the batch
  bool torn_ = false;              // the output ends within a line that could not be finished
};

}  // namespace argus::log
