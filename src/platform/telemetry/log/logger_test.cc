#include "platform/telemetry/log/logger.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "platform/base/reasons.h"
#include "platform/telemetry/log/line_writer.h"

namespace argus::log {
namespace {

constexpr Event kNote{Level::kInfo, "note", "A note."};
constexpr Event kTrouble{Level::kError, "trouble", "Trouble."};
constexpr Event kDetail{Level::kDebug, "detail", "A detail."};

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_, O_CLOEXEC), 0); }
  ~Pipe() {
    CloseReader();
    CloseWriter();
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void CloseReader() { Close(ends_[0]); }
  void CloseWriter() { Close(ends_[1]); }
  std::string ReadAll() {
    CloseWriter();
    std::string out;
    char buffer[4096];
    for (ssize_t n; (n = read(ends_[0], buffer, sizeof buffer)) > 0;) out.append(buffer, n);
    return out;
  }

 private:
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  int ends_[2] = {-1, -1};
};

std::size_t Occurrences(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

TEST(Logger, WritesEverythingBeforeItIsGone) {
  FILE* file = std::tmpfile();
  {
    Logger logger({.json = true, .fd = fileno(file)});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&logger, t] {
        for (int i = 0; i < 500; ++i) logger.Log({}, kNote, {{"thread", t}, {"i", i}});
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(logger.dropped(), 0u);
  }
  std::rewind(file);
  std::string text(1 << 20, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(line.starts_with("{\"time\":\"") && line.ends_with("}")) << line;
  }
  EXPECT_EQ(count, 2000u);
}

TEST(Logger, LeavesOutWhatIsBelowItsLevel) {
  Pipe pipe;
  {
    Logger logger({.fd = pipe.writer()});
    logger.Log({}, kDetail);
    logger.set_level(Level::kDebug);
    logger.Log({}, kDetail);
    logger.set_level(Level::kError);
    logger.Log({}, kNote);
    logger.Log({}, kTrouble, Error(Code::kInternal, reasons::kInternal, "broke"));
  }
  const std::string text = pipe.ReadAll();
  EXPECT_EQ(Occurrences(text, "detail"), 1u);
  EXPECT_EQ(Occurrences(text, "note"), 0u);
  EXPECT_EQ(Occurrences(text, "error=broke"), 1u);
}

TEST(Logger, FlushReturnsWhenTheLineIsOut) {
  Pipe pipe;
  Logger logger({.fd = pipe.writer()});
  logger.Log({}, kNote);
  logger.Flush();
  EXPECT_EQ(Occurrences(pipe.ReadAll(), "note"), 1u);
}

// A pipe that nobody reads: the writer stands, the queue fills, INFO is dropped while ERROR still finds room.
TEST(LineWriter, KeepsTheLastQuarterForUrgentLines) {
  Pipe pipe;
  std::thread reader;
  std::string text;
  {
    LineWriter writer(pipe.writer(), 64 << 10);
    const std::string note = std::string(1023, 'n') + "\n";
    while (writer.dropped() == 0) writer.Push(note, false);
    const std::uint64_t before = writer.dropped();
    writer.Push("urgent\n", true);
    EXPECT_EQ(writer.dropped(), before);
    reader = std::thread([&] {
      char buffer[4096];
      while (text.find("urgent\n") == std::string::npos) {
        const ssize_t n = read(pipe.reader(), buffer, sizeof buffer);
        if (n <= 0) return;
        text.append(buffer, n);
      }
    });
    writer.Flush();
  }
  pipe.CloseWriter();
  reader.join();
  EXPECT_EQ(Occurrences(text, "urgent\n"), 1u);
}

TEST(LineWriter, SurvivesAReaderThatWentAway) {
  Pipe pipe;
  LineWriter writer(pipe.writer(), 1 << 20);
  pipe.CloseReader();
  writer.Push("one\ntwo\n", false);
  writer.Flush();
  EXPECT_EQ(writer.dropped(), 2u);
  EXPECT_EQ(writer.write_errors(), 1u);
  writer.Push("three\n", false);
  writer.Flush();
  EXPECT_EQ(writer.dropped(), 3u);
}

TEST(LineWriter, CountsAFullDisk) {
  const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  {
    LineWriter writer(fd, 1 << 20);
    writer.Push("lost\n", true);
    writer.Flush();
    EXPECT_EQ(writer.dropped(), 1u);
  }
  close(fd);
}

TEST(LineWriter, DoesNotHangOnAnOutputThatTakesNothing) {
  Pipe pipe;
  auto writer = std::make_unique<LineWriter>(pipe.writer(), 1 << 20);
  for (int i = 0; i < 200; ++i) writer->Push(std::string(1023, 'n') + "\n", false);
  writer.reset();  // Returns; the test's own time-out would say otherwise.
}

}  // namespace
}  // namespace argus::log
