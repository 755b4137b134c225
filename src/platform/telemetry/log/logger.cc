#include "platform/telemetry/log/logger.h"

#include <atomic>

#include "platform/telemetry/log/line.h"
#include "platform/telemetry/log/line_writer.h"

namespace argus::log {
namespace {

constexpr std::size_t kKeptScratch = 16 << 10;

// A line is put together here, outside of any lock; an unusually long one does not keep its memory.
std::string& Scratch() {
  thread_local std::string scratch;
  if (scratch.capacity() > kKeptScratch) scratch = std::string();
  scratch.clear();
  return scratch;
}

std::chrono::sys_time<std::chrono::nanoseconds> Now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

}  // namespace

struct Logger::Impl {
  explicit Impl(const Options& options)
      : json(options.json), level(options.level), writer(options.fd, options.queue_bytes) {}

  void Write(const Line& line) {
    std::string& text = Scratch();
    json ? AppendJson(line, text) : AppendText(line, text);
    writer.Push(text, line.event.level == Level::kError);
  }

  const bool json;
  std::atomic<Level> level;
  LineWriter writer;
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
std::uint64_t Logger::dropped() const { return impl_->writer.dropped(); }
std::uint64_t Logger::write_errors() const { return impl_->writer.write_errors(); }
void Logger::Flush() { impl_->writer.Flush(); }

}  // namespace argus::log
