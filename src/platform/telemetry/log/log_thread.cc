#include "platform/telemetry/log/log_thread.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>

#include "platform/telemetry/log/stack_text.h"
#include "platform/telemetry/symbols/symbolizer.h"

namespace argus::log {
namespace {

using std::chrono::milliseconds;

// While lines come, the thread looks for them by itself: nobody has to wake it.
constexpr milliseconds kBetweenRounds{1};
constexpr int kEmptyRounds = 50;
constexpr std::size_t kNoRest = 64 << 10;  // bytes queued that are worth a round at once

// Signals go to other threads, but for a crash of this one; a SIGPIPE raised by its own write stays pending and dies with
// it.
void BlockSignals() {
  sigset_t signals;
  sigfillset(&signals);
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) sigdelset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

LogThread::LogThread(RecordQueue& queue, Output& output, OutputState& state)
    : queue_(queue), output_(output), state_(state), thread_([this] { Run(); }) {}

LogThread::~LogThread() {
  {
    std::lock_guard lock(mutex_);
    state_.mode = Mode::kStopping;
  }
  wake_.notify_one();
  thread_.join();
}

void LogThread::Wake() {
  if (!asleep_.exchange(false)) return;
  { std::lock_guard lock(mutex_); }  // It is either before its look at the flag or waiting.
  wake_.notify_one();
}

void LogThread::Flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = ++flush_asked_;
  wake_.notify_one();
  for (std::uint64_t seen = state_.progress; flush_done_ < ticket; seen = state_.progress) {
    flushed_.wait_for(lock, kStallLimit, [&] { return flush_done_ >= ticket || state_.progress != seen; });
    if (flush_done_ < ticket && state_.progress == seen) return;
  }
}

void LogThread::Run() {
  BlockSignals();
  pthread_setname_np(pthread_self(), "log");
  do {
    std::unique_lock lock(mutex_);
    const std::uint64_t ticket = flush_asked_;
    lock.unlock();
    Round();
    lock.lock();
    flush_done_ = ticket;
    flushed_.notify_all();
  } while (Rest());
}

// All that was pushed before it began.
void LogThread::Round() {
  if (!queue_.Swap()) return;
  for (Record record; HaltIfCrashing(), queue_.Next(record);) {
    has_read_symbols_ |= !record.stack.empty();
    output_.Add(record, record.stack.empty() ? std::string() : StackText(record.stack));
    const auto level = static_cast<std::size_t>(record.level);
    taken_[level].store(taken_[level].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  output_.Commit();
  HaltIfCrashing();
}

// Until there may be something to write; false when all is over.
bool LogThread::Rest() {
  for (int round = 0; queue_.empty(); ++round) {
    std::unique_lock lock(mutex_);
    if (flush_asked_ > flush_done_) return true;
    if (state_.mode == Mode::kStopping) return false;
    still_ = true;
    if (round < kEmptyRounds) {
      wake_.wait_for(lock, kBetweenRounds);
    } else {
      if (has_read_symbols_) symbols::Symbolizer::OfProcess().Release();
      has_read_symbols_ = false;
      asleep_ = true;
      wake_.wait(lock, [this] {
        return !asleep_ || !queue_.empty() || flush_asked_ > flush_done_ || state_.mode == Mode::kStopping;
      });
      asleep_ = false;
      round = 0;
    }
    still_ = false;
    HaltIfCrashing();
  }
  if (queue_.backlog() < kNoRest && state_.mode == Mode::kRunning) {
    std::unique_lock lock(mutex_);
    if (flush_asked_ == flush_done_ && state_.mode == Mode::kRunning) wake_.wait_for(lock, kBetweenRounds);
  }
  return true;
}

// The handler writes the rest and ends the process.
void LogThread::HaltIfCrashing() {
  while (state_.mode == Mode::kCrashing) {
    still_ = true;
    poll(nullptr, 0, 1000);
  }
}

bool LogThread::AwaitHalt() const {
  for (int i = 0; i < 300 && !still_; ++i) poll(nullptr, 0, 1);
  return still_;
}

void LogThread::DrainInHandler() {
  state_.mode = Mode::kCrashing;
  if (!pthread_equal(pthread_self(), thread_.native_handle()) && !AwaitHalt()) return;
  state_.in_handler = true;
  output_.Commit();
  Record record;
  for (int swaps = 0; swaps < 3; ++swaps) {
    while (queue_.Next(record, 100)) {
      char stack[1024];
      output_.Add(record, RawStackText(record.stack, stack));
    }
    output_.Commit();
    if (!queue_.Swap()) break;
  }
}

}  // namespace argus::log
