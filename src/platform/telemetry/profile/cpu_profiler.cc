#include "platform/telemetry/profile/cpu_profiler.h"

#include <fmt/format.h>
#include <signal.h>
#include <time.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>

#include "platform/base/reasons.h"
#include "platform/telemetry/profile/stack_walk.h"

namespace argus::profile {
namespace {

constexpr std::size_t kSlots = 512;  // between two collections; a full buffer drops samples, and counts them
constexpr std::size_t kMaxStacks = 50'000;
constexpr std::chrono::milliseconds kCollectEvery{25};

// A sample on its way from a handler to the collector. Handlers run on any thread at any time, so that slots are claimed
// by compare-and-swap; static, so that a late signal finds them.
struct Slot {
  enum State : int { kFree, kTaken, kFull };
  std::atomic<int> state{kFree};
  std::int64_t weight = 0;
  StackSample sample;
};

constinit Slot slots[kSlots];
constinit std::atomic<std::size_t> next_slot{0};
constinit std::atomic<std::int64_t> dropped{0};
constinit std::atomic<bool> sampling{false};

void OnTick(int, siginfo_t* info, void* ucontext) {
  if (!sampling.load(std::memory_order_acquire)) return;
  const int saved = errno;
  auto& slot = slots[next_slot.fetch_add(1, std::memory_order_relaxed) % kSlots];
  int expected = Slot::kFree;
  if (slot.state.compare_exchange_strong(expected, Slot::kTaken, std::memory_order_acquire)) {
    slot.weight = 1 + (info->si_code == SI_TIMER ? info->si_overrun : 0);
    slot.sample.Take(ucontext);
    slot.state.store(Slot::kFull, std::memory_order_release);
  } else {
    dropped.fetch_add(1, std::memory_order_relaxed);
  }
  errno = saved;
}

// Stays installed: SIGPROF without a handler would end the process.
void InstallHandler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = OnTick;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(SIGPROF, &action, nullptr);
  });
}

// Ticks on the CPU time of the whole process while it lives.
class Ticker {
 public:
  explicit Ticker(int hz) {
    sampling.store(true, std::memory_order_release);
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGPROF;
    if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer_) != 0) return;
    made_ = true;
    const timespec period{hz == 1 ? 1 : 0, hz == 1 ? 0 : 1'000'000'000L / hz};
    const itimerspec every{period, period};
    timer_settime(timer_, 0, &every, nullptr);
  }
  ~Ticker() {
    if (made_) timer_delete(timer_);
    sampling.store(false, std::memory_order_release);
  }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  bool made() const { return made_; }

 private:
  timer_t timer_{};
  bool made_ = false;
};

SampleKey KeyOf(const StackSample& sample) {
  SampleKey key;
  key.stack.assign(sample.stack().begin(), sample.stack().end());
  for (const auto& label : sample.label_list()) key.labels.emplace_back(label.key, label.value);
  return key;
}

void Collect(Profile& into) {
  for (auto& slot : slots) {
    if (slot.state.load(std::memory_order_acquire) != Slot::kFull) continue;
    if (into.samples.size() < kMaxStacks) {
      const std::int64_t values[] = {slot.weight, slot.weight * into.period};
      into.Add(KeyOf(slot.sample), values);
    } else {
      dropped.fetch_add(1, std::memory_order_relaxed);
    }
    slot.state.store(Slot::kFree, std::memory_order_release);
  }
}

Profile EmptyProfile(int hz) {
  Profile profile;
  profile.types = {{"samples", "count"}, {"cpu", "nanoseconds"}};
  profile.period_type = {"cpu", "nanoseconds"};
  profile.period = 1'000'000'000 / hz;
  profile.time = SystemClock().Now();
  return profile;
}

}  // namespace

Result<Profile> ProfileCpu(const CpuProfileOptions& options, const std::function<bool()>& stop) {
  static std::mutex one_at_a_time;
  const std::unique_lock turn(one_at_a_time, std::try_to_lock);
  if (!turn) return Error(Code::kResourceExhausted, reasons::kOverloaded, "cpu profiling already in use");
  PrepareStackWalk();
  InstallHandler();
  Profile profile = EmptyProfile(options.hz);
  Profile leftovers = profile;
  Collect(leftovers);  // of the profile before
  dropped = 0;
  const auto begin = std::chrono::steady_clock::now();
  {
    const Ticker ticker(options.hz);
    if (!ticker.made()) return Error(Code::kInternal, reasons::kInternal, "the system gives no CPU timer");
    while (std::chrono::steady_clock::now() - begin < options.duration && !stop()) {
      std::this_thread::sleep_for(kCollectEvery);
      Collect(profile);
    }
  }
  Collect(profile);
  profile.duration = std::chrono::steady_clock::now() - begin;
  if (dropped > 0) profile.comments.push_back(fmt::format("{} samples dropped", dropped.load()));
  return profile;
}

}  // namespace argus::profile
