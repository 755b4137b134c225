// Entries to journald by its native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
#pragma once

#include <sys/un.h>

#include <string>

#include "platform/telemetry/log/buffer.h"
#include "platform/telemetry/log/output.h"

namespace argus::log {

// Where journald listens.
inline constexpr char kJournalSocket[] = "/run/systemd/journal/socket";

// Does standard error lead to journald? By $JOURNAL_STREAM, "device:inode", as systemd.exec(5) tells to ask.
bool StderrIsJournal();

// One datagram an entry; one that is too large travels in a sealed memfd.
class JournalOutput final : public Output {
 public:
  JournalOutput(const std::string& socket_path, OutputState& state);
  ~JournalOutput() override;
  JournalOutput(const JournalOutput&) = delete;
  JournalOutput& operator=(const JournalOutput&) = delete;

  void Add(const Record& record, std::string_view stack) override;
  void Commit() override {}

 private:
  bool Send();
  bool SendInMemory();

  OutputState& state_;
  sockaddr_un address_{};
  int socket_ = -1;
  Buffer entry_;
};

}  // namespace argus::log
