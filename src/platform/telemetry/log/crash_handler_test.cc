#include "platform/telemetry/log/crash_handler.h"

#include <sys/wait.h>

#include <csignal>
#include <functional>

#include "platform/telemetry/log/log_test_support.h"

namespace argus::log {
namespace {

constexpr Event kNote{Level::kInfo, "note", "A note."};

struct Death {
  int signal = 0;
  std::string log;
};

// Runs `work` in a child with a handler and a logger.
Death Die(const std::function<void(Logger&)>& work, bool json = true) {
  TemporaryFile file;
  const pid_t child = fork();
  if (child == 0) {
    Logger logger({.json = json, .fd = file.fd()});
    CrashHandler handler(logger);
    work(logger);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFSIGNALED(status) ? WTERMSIG(status) : 0, file.ReadAll()};
}

__attribute__((noinline)) void Fault() { *const_cast<volatile int*>(reinterpret_cast<int*>(8)) = 1; }

TEST(CrashHandler, WritesWhatIsQueuedAndTheSignal) {
  const Death death = Die([](Logger& logger) {
    for (int i = 0; i < 1000; ++i) logger.Log({}, kNote, {{"i", i}});
    std::raise(SIGSEGV);
  });
  EXPECT_EQ(death.signal, SIGSEGV);
  EXPECT_EQ(Occurrences(death.log, "\"msg\":\"note\""), 1000u);
  EXPECT_EQ(Occurrences(death.log, "\"msg\":\"crashed by a signal\""), 1u);
  EXPECT_EQ(Occurrences(death.log, "\"signal\":\"SIGSEGV\""), 1u);
  EXPECT_EQ(Occurrences(death.log, "\n"), 1001u);
}

TEST(CrashHandler, GivesTheStackAsOffsets) {
  const Death death = Die([](Logger&) { Fault(); });
  EXPECT_EQ(death.signal, SIGSEGV);
  EXPECT_NE(death.log.find("\"address\":\"0x8\""), std::string::npos) << death.log;
  EXPECT_GE(Occurrences(death.log, "\\n    at argus+0x"), 3u) << death.log;
}

TEST(CrashHandler, TellsOfEverySuchSignal) {
  for (const int signal : {SIGABRT, SIGBUS, SIGFPE, SIGILL}) {
    EXPECT_EQ(Die([signal](Logger&) { std::raise(signal); }).signal, signal);
  }
  EXPECT_NE(Die([](Logger&) { std::abort(); }, false).log.find("signal=SIGABRT"), std::string::npos);
}

int Deeper(int depth) {
  volatile char page[4096] = {};
  return depth < 0 ? page[0] : Deeper(depth + 1) + page[1];
}

TEST(CrashHandler, OutlivesAStackOverflow) {
  const Death death = Die([](Logger&) { Deeper(0); });
  EXPECT_EQ(death.signal, SIGSEGV);
  EXPECT_EQ(Occurrences(death.log, "crashed by a signal"), 1u);
}

// Nobody reads: the process still dies within seconds.
TEST(CrashHandler, DoesNotHangOnAnOutputThatTakesNothing) {
  Pipe pipe;
  const pid_t child = fork();
  if (child == 0) {
    Logger logger({.fd = pipe.writer()});
    CrashHandler handler(logger);
    for (int i = 0; i < 5000; ++i) logger.Log({}, kNote, {{"i", i}});
    std::raise(SIGBUS);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WTERMSIG(status), SIGBUS);
}

}  // namespace
}  // namespace argus::log
