#include "platform/telemetry/profile/thread_dump.h"

#include <dirent.h>
#include <fmt/format.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>

#include "platform/runtime/work_scope.h"
#include "platform/telemetry/profile/stack_walk.h"

namespace argus::profile {
namespace {

constexpr std::chrono::milliseconds kPatience{50};  // for one thread
constexpr std::chrono::milliseconds kLimit{1000};   // for all that do not answer
constexpr std::size_t kMaxItems = 8;
constexpr std::size_t kMaxText = 160;

int DumpSignal() { return SIGRTMIN + 4; }

// One question to one thread. The ticket tells the answer to this question from one that comes too late: a handler
// writes only after it has changed the state from its own ticket to kWriting.
struct Question {
  static constexpr int kNobody = 0, kWriting = -1;
  struct Item {
    const char* key;
    char text[kMaxText];
    std::size_t size;
  };

  std::atomic<int> state{kNobody};
  StackSample sample;
  Item items[kMaxItems];
  std::size_t item_count = 0;
  sem_t answered;
};

Question question;

void CopyWork() {
  question.item_count = 0;
  for (const WorkItem* work = current_work; work && question.item_count < kMaxItems; work = work->outer) {
    auto& item = question.items[question.item_count++];
    item.key = work->key;
    item.size = std::min(work->text.size(), kMaxText);
    std::memcpy(item.text, work->text.data(), item.size);
  }
}

void OnAsked(int, siginfo_t* info, void* ucontext) {
  const int saved = errno;
  int ticket = info->si_value.sival_int;
  if (info->si_code == SI_QUEUE && info->si_pid == getpid() && ticket > 0 &&
      question.state.compare_exchange_strong(ticket, Question::kWriting, std::memory_order_acquire)) {
    question.sample.Take(ucontext);
    CopyWork();
    question.state.store(Question::kNobody, std::memory_order_release);
    sem_post(&question.answered);
  }
  errno = saved;
}

void InstallHandler() {
  static std::once_flag once;
  std::call_once(once, [] {
    sem_init(&question.answered, 0, 0);
    struct sigaction action = {};
    action.sa_sigaction = OnAsked;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(DumpSignal(), &action, nullptr);
  });
}

bool Send(int tid, int ticket) {
  siginfo_t info = {};
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = ticket;
  return syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, DumpSignal(), &info) == 0;
}

bool AwaitAnswer(std::chrono::milliseconds patience) {
  timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  const auto nanos = until.tv_nsec + std::chrono::nanoseconds(patience).count();
  until.tv_sec += nanos / 1'000'000'000;
  until.tv_nsec = nanos % 1'000'000'000;
  for (;;) {
    if (sem_timedwait(&question.answered, &until) == 0) return true;
    if (errno != EINTR) return false;
  }
}

// False when the thread is gone or does not answer; it will not write later either.
bool Ask(int tid) {
  static constinit int last_ticket = 0;
  const int ticket = last_ticket = last_ticket % 1'000'000'000 + 1;
  question.state.store(ticket, std::memory_order_release);
  if (Send(tid, ticket) && AwaitAnswer(kPatience)) return true;
  int asked = ticket;
  if (question.state.compare_exchange_strong(asked, Question::kNobody)) return false;
  while (sem_wait(&question.answered) != 0) {
  }  // It has begun to write.
  return true;
}

std::vector<int> ThreadIds() {
  std::vector<int> ids;
  DIR* tasks = opendir("/proc/self/task");
  if (!tasks) return ids;
  while (const dirent* entry = readdir(tasks)) {
    int id = 0;
    if (std::from_chars(entry->d_name, entry->d_name + std::strlen(entry->d_name), id).ec == std::errc()) {
      ids.push_back(id);
    }
  }
  closedir(tasks);
  std::ranges::sort(ids);
  return ids;
}

// proc_pid_stat(5): "tid (name) state ppid …", the name possibly with parentheses of its own; utime and stime are the
// 14th and 15th field.
void ReadStat(ThreadSnapshot& thread) {
  std::ifstream file(fmt::format("/proc/self/task/{}/stat", thread.tid));
  const std::string stat(std::istreambuf_iterator<char>(file), {});
  const auto open = stat.find('('), close = stat.rfind(')');
  if (open == stat.npos || close == stat.npos || close + 2 >= stat.size()) return;
  thread.name = stat.substr(open + 1, close - open - 1);
  thread.state = stat[close + 2];
  std::vector<long> fields;
  for (const char* at = stat.c_str() + close + 3; fields.size() < 12;) {
    char* end = nullptr;
    fields.push_back(std::strtol(at, &end, 10));
    if (end == at) return;
    at = end;
  }
  thread.cpu = std::chrono::milliseconds((fields[10] + fields[11]) * 1000 / sysconf(_SC_CLK_TCK));
}

void TakeAnswer(ThreadSnapshot& thread) {
  const auto stack = question.sample.stack();
  thread.stack.assign(stack.begin(), stack.end());
  for (const auto& item : std::span(question.items, question.item_count)) {
    thread.work.emplace_back(item.key, std::string(item.text, item.size));
  }
}

std::string_view StateName(char state) {
  switch (state) {
    case 'R':
      return "running";
    case 'S':
      return "sleeping";
    case 'D':
      return "in the kernel";
    case 'T':
    case 't':
      return "stopped";
    default:
      return "unknown state";
  }
}

Profile CountProfile(std::string type) {
  Profile profile;
  profile.types = {{type, "count"}};
  profile.period_type = profile.types[0];
  profile.period = 1;
  profile.time = SystemClock().Now();
  return profile;
}

void AppendThread(const ThreadSnapshot& thread, const symbols::Symbolizer& symbolizer, std::string& out) {
  out += fmt::format("thread {} \"{}\" [{}, cpu {} ms]:\n", thread.tid, thread.name, StateName(thread.state),
                     thread.cpu.count());
  for (const auto& [key, text] : thread.work) out += fmt::format("  {}: {}\n", key, text);
  if (thread.stack.empty()) out += "  (did not answer)\n";
  for (const auto address : thread.stack) {
    for (const auto& source : symbolizer.Frames(address)) {
      out += fmt::format("{}\n", source.function);
      if (!source.file.empty()) out += fmt::format("\t{}:{}\n", source.file, source.line);
    }
  }
  out += '\n';
}

}  // namespace

std::vector<ThreadSnapshot> SnapshotThreads() {
  static std::mutex one_at_a_time;
  const std::lock_guard turn(one_at_a_time);
  PrepareStackWalk();
  InstallHandler();
  std::vector<ThreadSnapshot> threads;
  const auto limit = std::chrono::steady_clock::now() + kLimit;
  for (const int tid : ThreadIds()) {
    auto& thread = threads.emplace_back();
    thread.tid = tid;
    ReadStat(thread);
    if (std::chrono::steady_clock::now() < limit && Ask(tid)) TakeAnswer(thread);
  }
  return threads;
}

Profile ThreadProfile(const std::vector<ThreadSnapshot>& threads) {
  Profile profile = CountProfile("goroutine");
  const std::int64_t one[] = {1};
  for (const auto& thread : threads) {
    Labels labels{{"thread", thread.name}};
    labels.insert(labels.end(), thread.work.begin(), thread.work.end());
    profile.Add({thread.stack, std::move(labels)}, one);
  }
  return profile;
}

Profile ThreadCreateProfile(const std::vector<ThreadSnapshot>& threads) {
  Profile profile = CountProfile("threadcreate");
  const std::int64_t one[] = {1};
  for (const auto& thread : threads) {
    SampleKey key{{}, {{"thread", thread.name}}};
    if (!thread.stack.empty()) key.stack.push_back(thread.stack.back());
    profile.Add(std::move(key), one);
  }
  return profile;
}

std::string ThreadText(const std::vector<ThreadSnapshot>& threads, const symbols::Symbolizer& symbolizer) {
  std::string out;
  for (const auto& thread : threads) AppendThread(thread, symbolizer, out);
  return out;
}

}  // namespace argus::profile
