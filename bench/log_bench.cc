// The page's own log line (a message, four fields and the source) beside spdlog's asynchronous plain line, in one run.
//
// Prints, as medians of interleaved pairs with their spread, nanoseconds a call on the caller and lines a second to a file
// until the last one is written. A round in which a line is dropped does not count and is told.
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "platform/telemetry/log/logger.h"

namespace argus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPairs = 11;
constexpr int kCallsAtOnce = 2000;     // what a busy server may say in a millisecond
constexpr int kBursts = 50;
constexpr int kLines = 2'000'000;      // for the throughput
constexpr std::size_t kQueueLines = 8192;

constexpr log::Event kCompleted{log::Level::kInfo, "task run completed", "The page's own line."};
constexpr char kTask[] = "projects/play/rollouts/100/tasks/3";
constexpr char kRun[] = "projects/play/rollouts/100/tasks/3/taskRuns/2";

double Nanos(Clock::duration duration) { return std::chrono::duration<double, std::nano>(duration).count(); }

class Path {
 public:
  explicit Path(const char* name) : path_(std::filesystem::temp_directory_path() / name) {}
  ~Path() { std::filesystem::remove(path_); }
  std::string string() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

class Ours {
 public:
  Ours() : fd_(open(path_.string().c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {}
  ~Ours() {
    logger_.reset();
    close(fd_);
  }
  void Say(int i) {
    logger_->Log(ctx_, kCompleted, {{"task", kTask}, {"task_run", kRun}, {"duration_ms", i}, {"rows_affected", 1}});
  }
  void Wait() { logger_->Flush(); }
  // So that a producer without pause never overruns the queue.
  void MakeRoom() {
    while (logger_->backlog() > (4 << 20)) std::this_thread::yield();
  }
  std::uint64_t dropped() const { return logger_->dropped(); }

 private:
  Path path_{"argus_log_bench_ours.log"};
  int fd_;
  RequestContext ctx_;
  std::unique_ptr<log::Logger> logger_ = std::make_unique<log::Logger>(log::Options{.json = true, .fd = fd_});
};

// Blocks when its queue is full: it drops nothing.
class Spdlog {
 public:
  Spdlog() : pool_(std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1)) {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path_.string(), true);
    logger_ = std::make_shared<spdlog::async_logger>("bench", sink, pool_, spdlog::async_overflow_policy::block);
  }
  void Say(int i) {
    logger_->log(spdlog::source_loc{__FILE__, __LINE__, "Say"}, spdlog::level::info,
                 "task run completed task={} task_run={} duration_ms={} rows_affected={}", kTask, kRun, i, 1);
  }
  void Wait() {
    logger_->flush();
    while (pool_->queue_size() > 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  void MakeRoom() {}
  void End() {
    logger_.reset();
    pool_.reset();  // Joins once everything is written.
  }
  std::uint64_t dropped() const { return pool_ ? pool_->overrun_counter() : 0; }

 private:
  Path path_{"argus_log_bench_spdlog.log"};
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

struct Series {
  std::vector<double> values;
  void Add(double value) { values.push_back(value); }
  double at(double part) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * (values.size() - 1))];
  }
  std::string Text(const char* number) {
    return fmt::format("{} [{} .. {}]", fmt::format(fmt::runtime(number), at(0.5)), fmt::format(fmt::runtime(number), at(0)),
                       fmt::format(fmt::runtime(number), at(1)));
  }
};

// A call's cost on the caller, while the queue has room: bursts with a pause after each.
template <typename Logger>
double NanosPerCall() {
  Logger logger;
  for (int i = 0; i < kCallsAtOnce; ++i) logger.Say(i);
  Series bursts;
  for (int burst = 0; burst < kBursts; ++burst) {
    logger.Wait();
    const auto begin = Clock::now();
    for (int i = 0; i < kCallsAtOnce; ++i) logger.Say(i);
    bursts.Add(Nanos(Clock::now() - begin) / kCallsAtOnce);
  }
  logger.Wait();
  if (logger.dropped() > 0) fmt::print("  {} lines dropped: the round does not count\n", logger.dropped());
  return bursts.at(0.5);
}

template <typename Logger>
double LinesPerSecond(int threads) {
  auto logger = std::make_unique<Logger>();
  const auto begin = Clock::now();
  std::vector<std::thread> producers;
  for (int t = 0; t < threads; ++t) {
    producers.emplace_back([&] {
      for (int i = 0; i < kLines / threads; ++i) {
        if (i % 1000 == 0) logger->MakeRoom();
        logger->Say(i);
      }
    });
  }
  for (auto& producer : producers) producer.join();
  const std::uint64_t dropped = logger->dropped();
  if constexpr (std::is_same_v<Logger, Spdlog>) {
    logger->End();
  } else {
    logger->Wait();
  }
  const double seconds = Nanos(Clock::now() - begin) / 1e9;
  if (dropped > 0) fmt::print("  {} lines dropped: the round does not count\n", dropped);
  return kLines / seconds;
}

void Compare(const char* what, const char* number, double scale, int pairs, const std::function<double()>& ours,
             const std::function<double()>& peer) {
  Series mine;
  Series theirs;
  Series ratios;
  for (int i = 0; i < pairs; ++i) {
    mine.Add(ours() / scale);
    theirs.Add(peer() / scale);
    ratios.Add(mine.values.back() / theirs.values.back());
  }
  fmt::print("{:28} {}   spdlog {}   ratio {}\n", what, mine.Text(number), theirs.Text(number), ratios.Text("{:.2f}"));
}

void Run() {
  fmt::print("medians of {} interleaved pairs [least .. most]; ours is JSON with escaping, spdlog a plain line\n", kPairs);
  Compare("nanoseconds a call", "{:.0f}", 1, kPairs, NanosPerCall<Ours>, NanosPerCall<Spdlog>);
  for (const int threads : {1, 2}) {
    Compare(fmt::format("million lines/s, {} thread{}", threads, threads == 1 ? "" : "s").c_str(), "{:.2f}", 1e6, 5,
            [threads] { return LinesPerSecond<Ours>(threads); }, [threads] { return LinesPerSecond<Spdlog>(threads); });
  }
}

}  // namespace
}  // namespace argus

int main() { argus::Run(); }
