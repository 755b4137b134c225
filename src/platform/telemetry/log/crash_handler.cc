#include "platform/telemetry/log/crash_handler.h"

#include <poll.h>
#include <ucontext.h>

#include <array>
#include <atomic>
#include <csignal>

#include "platform/base/stack_trace.h"

namespace argus::log {
namespace {

constexpr std::array kSignals = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
constexpr std::size_t kStackBytes = 128 << 10;

std::atomic<Logger*> logger_of_process{nullptr};

struct Registers {
  std::uintptr_t pc = 0;
  std::uintptr_t frame = 0;
};

Registers RegistersOf(const ucontext_t& context) {
#if defined(__x86_64__)
  const auto& registers = context.uc_mcontext.gregs;
  return {static_cast<std::uintptr_t>(registers[REG_RIP]), static_cast<std::uintptr_t>(registers[REG_RBP])};
#elif defined(__aarch64__)
  return {context.uc_mcontext.pc, context.uc_mcontext.regs[29]};
#endif
}

void Handle(int signal, siginfo_t* info, void* context) {
  Logger* logger = logger_of_process.exchange(nullptr);
  std::signal(signal, SIG_DFL);
  if (logger == nullptr) {
    poll(nullptr, 0, 10'000);  // Another thread is about to end the process, unless this one broke telling of it.
  } else {
    const auto [pc, frame] = RegistersOf(*static_cast<const ucontext_t*>(context));
    std::array<std::uintptr_t, 48> stack{pc};
    const std::size_t count = WalkFrames(frame, CurrentStackBounds(), std::span(stack).subspan(1));
    logger->WriteLastLines(signal, reinterpret_cast<std::uintptr_t>(info->si_addr), std::span(stack).first(count + 1));
  }
  raise(signal);  // Blocked until the return.
}

}  // namespace

CrashHandler::CrashHandler(Logger& logger) : stack_(new char[kStackBytes]) {
  CurrentStackBounds();
  const stack_t stack{.ss_sp = stack_.get(), .ss_flags = 0, .ss_size = kStackBytes};
  sigaltstack(&stack, nullptr);
  logger_of_process = &logger;
  struct sigaction action {};
  action.sa_sigaction = Handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) sigaction(signal, &action, nullptr);
}

CrashHandler::~CrashHandler() {
  for (const int signal : kSignals) std::signal(signal, SIG_DFL);
  logger_of_process = nullptr;
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  sigaltstack(&none, nullptr);
}

}  // namespace argus::log
