// Structured logging: one event a line, declared once, written by a thread of its own.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <span>
#include <string>

#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "platform/telemetry/log/event.h"

namespace argus::log {

struct Options {
  bool json = false;  // --enable-json-logging: JSON Lines on the output, else readable text
  Level level = Level::kInfo;
  int fd = 1;  // Not owned.
  std::size_t queue_bytes = 8 << 20;
  // Not empty: journald's entries to this socket, in place of text on `fd`. See journal_output.h.
  std::string journal_socket = {};
};

// Thread-safe. Log() never waits for the output or for a lock: when the queue is full the line is dropped and counted,
// ERROR last. Everything queued is written before the destructor returns, unless the output takes nothing for two seconds.
class Logger {
 public:
  explicit Logger(Options options);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void Log(const RequestContext& ctx, const Event& event, std::initializer_list<Field> fields = {},
           std::source_location where = std::source_location::current());
  // Adds error (message, cause and the stack where it was made), error_code and error_reason.
  void Log(const RequestContext& ctx, const Event& event, const Error& error, std::initializer_list<Field> fields = {},
           std::source_location where = std::source_location::current());

  void set_level(Level level);
  Level level() const;
  // Would a line of this level be written? For callers that must make up fields first.
  bool enabled(Level l) const { return l >= level(); }
  // Lines taken by the writing thread since the start.
  std::uint64_t lines(Level level) const;
  // Lines that never reached the output: queue full, or a failed write.
  std::uint64_t dropped() const;
  std::uint64_t write_errors() const;
  // Bytes queued and not taken by the writing thread yet, about.
  std::size_t backlog() const;
  // Returns when all lines queued before the call are written or lost, or the output takes nothing for two seconds.
  void Flush();

  // For a crash handler alone (crash_handler.h), async-signal-safe: writes what is queued, then one ERROR line that names
  // the signal and the stack as addresses. The logger cannot be used afterwards.
  void WriteLastLines(int signal, std::uintptr_t address, std::span<const std::uintptr_t> stack);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::log
