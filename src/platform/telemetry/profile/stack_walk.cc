#include "platform/telemetry/profile/stack_walk.h"

#include <link.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <mutex>

#include "platform/base/stack_trace.h"
#include "platform/runtime/work_scope.h"

extern "C" void* __libc_stack_end;  // the loader's, declared in no header

namespace argus::profile {
namespace {

constexpr std::uintptr_t kMaxStackBytes = 64 << 20;

struct Registers {
  std::uintptr_t pc, sp, frame;
};

#if defined(__x86_64__)
constexpr int kFrameRegister = 6;  // DWARF's number of rbp
Registers RegistersOf(const ucontext_t& context) {
  const auto& regs = context.uc_mcontext.gregs;
  return {static_cast<std::uintptr_t>(regs[REG_RIP]), static_cast<std::uintptr_t>(regs[REG_RSP]),
          static_cast<std::uintptr_t>(regs[REG_RBP])};
}
#elif defined(__aarch64__)
constexpr int kFrameRegister = 29;
Registers RegistersOf(const ucontext_t& context) {
  return {context.uc_mcontext.pc, context.uc_mcontext.sp, context.uc_mcontext.regs[29]};
}
#else
#error "profiles know the registers of x86-64 and aarch64"
#endif

// Written once by PrepareStackWalk.
struct Program {
  std::uintptr_t begin = 0;  // of its code
  std::uintptr_t end = 0;
  std::uintptr_t main_stack_top = 0;
};
constinit Program program;

bool InProgram(std::uintptr_t pc) { return pc >= program.begin && pc < program.end; }

// The first object is the program itself.
int ReadProgram(dl_phdr_info* info, std::size_t, void*) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    program.begin = info->dlpi_addr + segment.p_vaddr;
    program.end = program.begin + segment.p_memsz;
  }
  return 1;
}

_Unwind_Reason_Code Ignore(_Unwind_Context*, void*) { return _URC_NO_REASON; }

bool OnAlternateStack() {
  stack_t stack;
  return sigaltstack(nullptr, &stack) == 0 && (stack.ss_flags & SS_ONSTACK) != 0;
}

// The interrupted thread's stack from its stack pointer upwards, without asking the system, which allocates: glibc keeps
// a thread's control block, whose address pthread_self() is, at the top of its stack, and the loader remembers where the
// main thread's begins.
StackBounds StackAbove(std::uintptr_t sp) {
  const bool main_thread = syscall(SYS_gettid) == getpid();
  const auto top = main_thread ? program.main_stack_top : static_cast<std::uintptr_t>(pthread_self());
  if (sp >= top || top - sp > kMaxStackBytes || OnAlternateStack()) return {};
  return {sp, top};
}

struct LibraryWalk {
  std::span<std::uintptr_t> into;
  const std::uintptr_t interrupted_pc;
  std::size_t count = 0;
  bool past_handler = false;
  std::uintptr_t program_frame = 0;  // the frame pointer of the first frame that is the program's
};

_Unwind_Reason_Code Step(_Unwind_Context* context, void* argument) {
  auto& walk = *static_cast<LibraryWalk*>(argument);
  int points_at_instruction = 0;
  const std::uintptr_t pc = _Unwind_GetIPInfo(context, &points_at_instruction);
  walk.past_handler = walk.past_handler || pc == walk.interrupted_pc;
  if (!walk.past_handler) return _URC_NO_REASON;
  if (pc == 0 || walk.count == walk.into.size()) return _URC_NORMAL_STOP;
  walk.into[walk.count++] = points_at_instruction ? pc : pc - 1;
  if (!InProgram(pc)) return _URC_NO_REASON;
  walk.program_frame = _Unwind_GetGR(context, kFrameRegister);
  return _URC_NORMAL_STOP;
}

}  // namespace

void PrepareStackWalk() {
  static std::once_flag once;
  std::call_once(once, [] {
    dl_iterate_phdr(ReadProgram, nullptr);
    program.main_stack_top = reinterpret_cast<std::uintptr_t>(__libc_stack_end);
    _Unwind_Backtrace(Ignore, nullptr);  // the unwinder prepares itself at its first use
  });
}

std::size_t WalkInterrupted(const void* ucontext, std::span<std::uintptr_t> into) {
  const auto [pc, sp, frame] = RegistersOf(*static_cast<const ucontext_t*>(ucontext));
  if (into.empty()) return 0;
  LibraryWalk walk{into, pc};
  walk.program_frame = frame;
  const StackBounds bounds = StackAbove(sp);
  if (!InProgram(pc) && bounds.high != 0) {
    walk.program_frame = 0;
    _Unwind_Backtrace(Step, &walk);
  }
  if (walk.count == 0) into[walk.count++] = pc;
  const auto callers = into.subspan(walk.count);
  const std::size_t count = WalkFrames(walk.program_frame, bounds, callers);
  for (auto& address : callers.first(count)) --address;
  return walk.count + count;
}

void StackSample::Take(const void* ucontext) {
  frame_count = static_cast<std::uint32_t>(WalkInterrupted(ucontext, frames));
  label_count = 0;
  for (const WorkItem* item = current_work; item && label_count < labels.size(); item = item->outer) {
    if (item->lasting) labels[label_count++] = {item->key, item->text.data()};
  }
}

}  // namespace argus::profile
