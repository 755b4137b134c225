// The last words of a process that dies of SIGSEGV, SIGABRT, SIGBUS, SIGFPE or SIGILL.
#pragma once

#include "platform/telemetry/log/logger.h"

namespace argus::log {

// While it lives, such a signal first has the logger write what is queued and a line about the crash; then the default
// action takes its course (core file, exit status). One a process; only the first crash is told. The thread that makes it
// can even tell of its own stack overflow.
class CrashHandler {
 public:
  explicit CrashHandler(Logger& logger);
  ~CrashHandler();
  CrashHandler(const CrashHandler&) = delete;
  CrashHandler& operator=(const CrashHandler&) = delete;

 private:
  std::unique_ptr<char[]> stack_;
};

}  // namespace argus::log
