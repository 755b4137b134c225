// The profilers on this very process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <thread>

#include "platform/runtime/mutex.h"
#include "platform/runtime/work_scope.h"
#include "platform/telemetry/profile/cpu_profiler.h"
#include "platform/telemetry/profile/heap_profile.h"
#include "platform/telemetry/profile/thread_dump.h"
#include "platform/telemetry/profile/wait_profile.h"

#if defined(ARGUS_HEAP_PROFILE_TEST)
extern "C" const char* malloc_conf;
const char* malloc_conf = "prof:true,prof_active:false,prof_accum:true,lg_prof_sample:12";
#endif

namespace argus::profile {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

const auto kNever = [] { return false; };

bool IsIn(std::uintptr_t address, std::string_view name) {
  return std::ranges::any_of(symbols::Symbolizer::OfProcess().Frames(address), [&](const auto& frame) {
    return frame.function.find(name) != std::string::npos;
  });
}

bool Mentions(const std::vector<std::uintptr_t>& stack, std::string_view name) {
  return std::ranges::any_of(stack, [&](auto address) { return IsIn(address, name); });
}

// The first value of all samples whose stack mentions `name`.
std::int64_t Share(const Profile& profile, std::string_view name) {
  std::int64_t sum = 0;
  for (const auto& [key, values] : profile.samples) sum += Mentions(key.stack, name) ? values[0] : 0;
  return sum;
}

std::int64_t Total(const Profile& profile) {
  std::int64_t sum = 0;
  for (const auto& [key, values] : profile.samples) sum += values[0];
  return sum;
}

__attribute__((noinline)) void BurnInProgram(const std::atomic<bool>& stop) {
  volatile std::uint64_t x = 1;
  while (!stop) {
    for (int i = 0; i < 1000; ++i) x = x * 6364136223846793005u + 1;
  }
  asm volatile("" ::: "memory");
}

__attribute__((noinline)) int Compare(const void* a, const void* b) {
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

// Most of the time is spent in libc, which has no frame pointers.
__attribute__((noinline)) void BurnInLibrary(const std::atomic<bool>& stop) {
  std::vector<int> numbers(20'000);
  while (!stop) {
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i * 7919 % 20'011);
    qsort(numbers.data(), numbers.size(), sizeof(int), Compare);
  }
  asm volatile("" ::: "memory");
}

// A thread of the C library's, of which nothing of ours has heard.
class Burner {
 public:
  using Fn = void (*)(const std::atomic<bool>&);
  explicit Burner(Fn fn) : fn_(fn) { pthread_create(&thread_, nullptr, Run, this); }
  ~Burner() {
    stop_ = true;
    pthread_join(thread_, nullptr);
  }

 private:
  static void* Run(void* self) {
    const WorkLabel label("runner", "burner");
    static_cast<Burner*>(self)->fn_(static_cast<Burner*>(self)->stop_);
    return nullptr;
  }

  const Fn fn_;
  std::atomic<bool> stop_{false};
  pthread_t thread_{};
};

// ThreadSanitizer puts frames of its own between a library and its caller, and handles signals late.
#ifdef _GLIBCXX_TSAN
constexpr bool kUnderThreadSanitizer = true;
#else
constexpr bool kUnderThreadSanitizer = false;
#endif

// Until the profile has samples: the machine may have other things to do.
Profile ProfileUntilSampled() {
  for (;;) {
    auto profile = ProfileCpu({.duration = milliseconds(300), .hz = 500}, kNever);
    if (!profile.ok()) ADD_FAILURE() << profile.error().message();
    if (!profile.ok() || Total(*profile) >= 10) return std::move(profile).value();
  }
}

TEST(CpuProfile, FindsWhoBurnsInTheProgram) {
  const Burner burner(BurnInProgram);
  const auto profile = ProfileUntilSampled();
  EXPECT_EQ(profile.period, 2'000'000);
  EXPECT_GE(profile.duration, milliseconds(300));
  EXPECT_GT(Share(profile, "BurnInProgram"), Total(profile) / 2);
  EXPECT_GT(Share(profile, "Burner::Run"), Total(profile) / 2) << "callers are seen";
  const bool labelled = std::ranges::any_of(profile.samples, [](const auto& sample) {
    return sample.first.labels == Labels{{"runner", "burner"}};
  });
  EXPECT_TRUE(labelled);
}

TEST(CpuProfile, FindsTheCallerOfALibraryWithoutFramePointers) {
  if (kUnderThreadSanitizer) GTEST_SKIP() << "the sanitizer's own frames hide the stack";
  const Burner burner(BurnInLibrary);
  const auto profile = ProfileUntilSampled();
  EXPECT_GT(Share(profile, "BurnInLibrary"), Total(profile) / 4) << "calls back from the library may lose their caller";
}

TEST(CpuProfile, IsTakenByOneAtATime) {
  std::atomic<bool> stop = false;
  std::atomic<bool> running = false;
  std::thread first([&] {
    const auto profile = ProfileCpu({.duration = std::chrono::hours(1)}, [&] {
      running = true;
      return stop.load();
    });
    EXPECT_TRUE(profile.ok());
  });
  while (!running) std::this_thread::yield();
  const auto second = ProfileCpu({}, kNever);
  EXPECT_FALSE(second.ok());
  stop = true;
  first.join();
  EXPECT_TRUE(ProfileCpu({.duration = milliseconds(1)}, kNever).ok());
}

const ThreadSnapshot* Find(const std::vector<ThreadSnapshot>& threads, const std::string& name) {
  const auto found = std::ranges::find(threads, name, &ThreadSnapshot::name);
  return found == threads.end() ? nullptr : &*found;
}

class Sleeper {
 public:
  Sleeper() : thread_([this] { SleepWell(); }) {
    std::unique_lock lock(mutex_);
    while (!asleep_) changed_.WaitIdle(lock);
  }
  ~Sleeper() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  __attribute__((noinline)) void SleepWell() {
    pthread_setname_np(pthread_self(), "sleeper (1)");
    const WorkLabel label("runner", "sleep");
    const std::string id = "req-" + std::string(1000, 'x');
    const WorkNote note("correlation_id", id);
    std::unique_lock lock(mutex_);
    asleep_ = true;
    changed_.notify_all();
    while (!stop_) changed_.WaitIdle(lock);
  }

  Mutex mutex_;
  ConditionVariable changed_;
  bool asleep_ = false;
  bool stop_ = false;
  std::thread thread_;
};

TEST(ThreadDump, ShowsASleepersStackAndItsWork) {
  if (kUnderThreadSanitizer) GTEST_SKIP() << "the sanitizer's own frames hide the stack";
  const Sleeper sleeper;
  const auto threads = SnapshotThreads();
  const auto* thread = Find(threads, "sleeper (1)");
  ASSERT_NE(thread, nullptr);
  EXPECT_TRUE(Mentions(thread->stack, "Sleeper::SleepWell"));
  ASSERT_EQ(thread->work.size(), 2u);
  EXPECT_EQ(thread->work[0].first, "correlation_id");
  EXPECT_EQ(thread->work[0].second.size(), 160u) << "long texts are cut";
  EXPECT_EQ(thread->work[1], (std::pair<std::string, std::string>("runner", "sleep")));
  const auto text = ThreadText(threads, symbols::Symbolizer::OfProcess());
  EXPECT_THAT(text, HasSubstr("\"sleeper (1)\" ["));
  EXPECT_THAT(text, HasSubstr("  runner: sleep\n"));
  EXPECT_THAT(text, HasSubstr("SnapshotThreads")) << "the asker is there too";
  EXPECT_EQ(Total(ThreadProfile(threads)), static_cast<std::int64_t>(threads.size()));
  EXPECT_EQ(Total(ThreadCreateProfile(threads)), static_cast<std::int64_t>(threads.size()));
}

TEST(ThreadDump, ListsAThreadThatDoesNotAnswer) {
  std::atomic<bool> ready = false, stop = false;
  std::thread deaf([&] {
    pthread_setname_np(pthread_self(), "deaf");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    ready = true;
    while (!stop) std::this_thread::yield();
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);  // the question comes now, too late
  });
  while (!ready) std::this_thread::yield();
  const auto threads = SnapshotThreads();
  const auto* thread = Find(threads, "deaf");
  ASSERT_NE(thread, nullptr);
  EXPECT_TRUE(thread->stack.empty());
  stop = true;
  deaf.join();
  EXPECT_FALSE(SnapshotThreads().front().stack.empty());
}

TEST(ThreadDump, IsTakenByManyAtOnceWhileAProfileRuns) {
  const Sleeper sleeper;
  std::atomic<bool> stop = false;
  std::thread profiler([&] { EXPECT_TRUE(ProfileCpu({.duration = std::chrono::hours(1)}, [&] { return stop.load(); }).ok()); });
  const auto dump = [] {
    for (int i = 0; i < 20; ++i) {
      const auto threads = SnapshotThreads();
      const auto* thread = Find(threads, "sleeper (1)");
      EXPECT_TRUE(thread && Mentions(thread->stack, "Sleeper::SleepWell"));
    }
  };
  std::thread a(dump), b(dump);
  a.join();
  b.join();
  stop = true;
  profiler.join();
}

TEST(WaitProfile, TurnsSitesIntoSamples) {
  WaitSites sites;
  sites.Here()->Add(milliseconds(3));
  const auto profile = WaitProfile(sites);
  ASSERT_EQ(profile.samples.size(), 1u);
  EXPECT_EQ(profile.samples.begin()->second, (std::vector<std::int64_t>{1, 3'000'000}));
}

__attribute__((noinline)) std::vector<std::string> HoldMemory() {
  std::vector<std::string> held;
  for (int i = 0; i < 2000; ++i) held.emplace_back(4096, 'x');
  return held;
}

TEST(HeapProfile, KnowsWhoHoldsMemory) {
  if (!HeapProfilesAvailable()) {
    EXPECT_FALSE(StartHeapSampling());
    EXPECT_EQ(ProfileHeap().error().code(), Code::kUnimplemented);
    GTEST_SKIP() << "without jemalloc";
  }
  ASSERT_TRUE(StartHeapSampling());
  std::int64_t inuse = 0, alloc = 0;
  {
    const auto held = HoldMemory();
    const auto profile = ProfileHeap();
    ASSERT_TRUE(profile.ok()) << profile.error().message();
    for (const auto& [key, values] : profile->samples) inuse += Mentions(key.stack, "HoldMemory") ? values[3] : 0;
  }
  EXPECT_NEAR(static_cast<double>(inuse), 2000.0 * 4096, 2000.0 * 4096 / 2);
  inuse = 0;
  const auto after = ProfileHeap();
  for (const auto& [key, values] : after->samples) {
    inuse += Mentions(key.stack, "HoldMemory") ? values[3] : 0;
    alloc += Mentions(key.stack, "HoldMemory") ? values[1] : 0;
  }
  EXPECT_LT(inuse, 2000 * 4096 / 10);
  EXPECT_GT(alloc, 2000 * 4096 / 2);
}

}  // namespace
}  // namespace argus::profile
