#include "platform/telemetry/log/logger.h"

#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>

#include "platform/telemetry/log/format.h"
#include "platform/telemetry/log/journal_output.h"
#include "platform/telemetry/log/log_events.h"
#include "platform/telemetry/log/log_thread.h"
#include "platform/telemetry/log/stack_text.h"
#include "platform/telemetry/log/stream_output.h"

namespace argus::log {
namespace {

constexpr std::size_t kKeptScratch = 16 << 10;

// A line is put together here, outside of any lock; an unusually long one does not keep its memory.
Buffer& Scratch() {
  thread_local Buffer scratch;
  scratch.Reset(kKeptScratch);
  return scratch;
}

NanoTime Now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

const Format& FormatOf(const Options& options) {
  if (!options.journal_socket.empty()) return kJournalFormat;
  return options.json ? kJsonFormat : kTextFormat;
}

std::unique_ptr<Output> MakeOutput(const Options& options, const Format& format, OutputState& state) {
  if (!options.journal_socket.empty()) return std::make_unique<JournalOutput>(options.journal_socket, state);
  return std::make_unique<StreamOutput>(options.fd, format, state);
}

// sigabbrev_np() without the dependency on its age.
std::string_view SignalName(int signal) {
  switch (signal) {
    case SIGSEGV: return "SIGSEGV";
    case SIGABRT: return "SIGABRT";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    default: return "another";
  }
}

}  // namespace

struct Logger::Impl {
  explicit Impl(const Options& options)
      : level(options.level),
        format(FormatOf(options)),
        sites(format.site),
        queue(options.queue_bytes),
        output(MakeOutput(options, format, state)),
        thread(queue, *output, state) {
    last_line.Room(64 << 10);
    sites.Of(kCrashed, last_place);
  }

  void Write(const Line& line) {
    Buffer& scratch = Scratch();
    if (queue.Push(format.encode(line, sites.Of(line.event, line.where), scratch))) {
      thread.Notify();
    } else {
      refused.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::atomic<Level> level;
  const Format& format;
  CallSites sites;
  std::atomic<std::uint64_t> refused{0};
  OutputState state;
  RecordQueue queue;
  std::unique_ptr<Output> output;
  // Made beforehand, since a crash handler cannot.
  const std::source_location last_place = std::source_location::current();
  const RequestContext last_context;
  Buffer last_line;
  LogThread thread;
};

Logger::Logger(Options options) : impl_(std::make_unique<Impl>(options)) {}
Logger::~Logger() = default;

void Logger::Log(const RequestContext& ctx, const Event& event, std::initializer_list<Field> fields,
                 std::source_location where) {
  if (event.level >= level()) impl_->Write({Now(), event, ctx, nullptr, fields, where});
}

void Logger::Log(const RequestContext& ctx, const Event& event, const Error& error, std::initializer_list<Field> fields,
                 std::source_location where) {
  if (event.level >= level()) impl_->Write({Now(), event, ctx, &error, fields, where});
}

void Logger::set_level(Level level) { impl_->level.store(level, std::memory_order_relaxed); }
Level Logger::level() const { return impl_->level.load(std::memory_order_relaxed); }
std::uint64_t Logger::lines(Level level) const { return impl_->thread.taken(level); }
std::uint64_t Logger::dropped() const { return impl_->refused + impl_->state.lost; }
std::uint64_t Logger::write_errors() const { return impl_->state.write_errors; }
std::size_t Logger::backlog() const { return impl_->queue.backlog(); }
void Logger::Flush() { impl_->thread.Flush(); }

void Logger::WriteLastLines(int signal, std::uintptr_t address, std::span<const std::uintptr_t> stack) {
  Impl& impl = *impl_;
  impl.thread.DrainInHandler();
  char at[24];
  char thread_name[16] = {};
  pthread_getname_np(pthread_self(), thread_name, sizeof thread_name);
  const std::size_t at_size = std::to_chars(std::copy_n("0x", 2, at), at + sizeof at, address, 16).ptr - at;
  const Field fields[] = {{"signal", SignalName(signal)}, {"address", std::string_view(at, at_size)}, {"thread", thread_name}};
  const Line line{Now(), kCrashed, impl.last_context, nullptr, fields, impl.last_place};
  Record record = impl.format.encode(line, impl.sites.Of(kCrashed, impl.last_place), impl.last_line);
  record.error = SignalName(signal);
  char text[2048];
  impl.output->Add(record, RawStackText(stack, text));
  impl.output->Commit();
}

}  // namespace argus::log
