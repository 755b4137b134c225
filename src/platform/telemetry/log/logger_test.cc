#include "platform/telemetry/log/logger.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/telemetry/log/log_test_support.h"

namespace argus::log {
namespace {

constexpr Event kNote{Level::kInfo, "note", "A note."};
constexpr Event kTrouble{Level::kError, "trouble", "Trouble."};
constexpr Event kDetail{Level::kDebug, "detail", "A detail."};

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

TEST(Logger, CountsLinesByLevel) {
  TemporaryFile file;
  Logger logger({.level = Level::kInfo, .fd = file.fd()});
  for (int i = 0; i < 3; ++i) logger.Log({}, kNote);
  logger.Log({}, kTrouble);
  logger.Log({}, kDetail);
  logger.Flush();
  EXPECT_EQ(logger.lines(Level::kInfo), 3u);
  EXPECT_EQ(logger.lines(Level::kError), 1u);
  EXPECT_EQ(logger.lines(Level::kDebug), 0u);
}

TEST(Logger, ShowsTheStackOfAnError) {
  TemporaryFile file;
  {
    Logger logger({.json = true, .fd = file.fd()});
    logger.Log({}, kTrouble, OuterError("disk \"a\""));
  }
  const std::string text = file.ReadAll();
  EXPECT_NE(text.find(R"("error":"it broke (disk \"a\")\n    at log.)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(\n    at log.InnerError (platform/telemetry/log/log_test_support.h:)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(\n    at log.OuterError (platform/telemetry/log/log_test_support.h:)"), std::string::npos) << text;
  EXPECT_GE(Occurrences(text, "\\n    at "), 3u);
  EXPECT_EQ(Occurrences(text, "\n"), 1u);
}

// A pipe that nobody reads: the writer stands, the queue fills, INFO is dropped while ERROR still finds room.
TEST(Logger, KeepsTheLastQuarterForErrors) {
  Pipe pipe;
  std::thread reader;
  std::string text;
  {
    Logger logger({.fd = pipe.writer(), .queue_bytes = 64 << 10});
    const std::string large(1000, 'n');
    while (logger.dropped() < 1000) logger.Log({}, kNote, {{"large", large}});
    const std::uint64_t before = logger.dropped();
    logger.Log({}, kTrouble);
    EXPECT_EQ(logger.dropped(), before);
    reader = std::thread([&] {
      char buffer[4096];
      for (ssize_t n; (n = read(pipe.reader(), buffer, sizeof buffer)) > 0;) text.append(buffer, n);
    });
  }
  pipe.CloseWriter();
  reader.join();
  EXPECT_EQ(Occurrences(text, "trouble"), 1u);
}

TEST(Logger, SurvivesAReaderThatWentAway) {
  Pipe pipe;
  Logger logger({.fd = pipe.writer()});
  pipe.CloseReader();
  logger.Log({}, kNote);
  logger.Log({}, kNote);
  logger.Flush();
  EXPECT_EQ(logger.dropped(), 2u);
  EXPECT_GE(logger.write_errors(), 1u);
  logger.Log({}, kNote);
  logger.Flush();
  EXPECT_EQ(logger.dropped(), 3u);
}

TEST(Logger, CountsAFullDiskAndAClosedDescriptor) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  const int unwritable = open("/dev/null", O_RDONLY | O_CLOEXEC);
  for (const int fd : {full, unwritable, -1}) {
    Logger logger({.fd = fd});
    logger.Log({}, kTrouble);
    logger.Flush();
    EXPECT_EQ(logger.dropped(), 1u) << fd;
    EXPECT_EQ(logger.write_errors(), 1u) << fd;
  }
  close(full);
  close(unwritable);
}

TEST(Logger, DoesNotHangOnAnOutputThatTakesNothing) {
  Pipe pipe;
  auto logger = std::make_unique<Logger>(Options{.fd = pipe.writer()});
  const std::string large(1000, 'n');
  for (int i = 0; i < 200; ++i) logger->Log({}, kNote, {{"large", large}});
  logger.reset();  // Returns; the test's own time-out would say otherwise.
}

TEST(Logger, TakesHugeAndIllFormedValues) {
  TemporaryFile file;
  std::string bytes(1 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  {
    Logger logger({.json = true, .fd = file.fd()});
    logger.Log({}, kTrouble, Error(Code::kInternal, reasons::kInternal, bytes), {{"a", bytes}, {"b", bytes}, {"c", bytes}});
    EXPECT_EQ(logger.dropped(), 0u);
  }
  const std::string text = file.ReadAll();
  EXPECT_EQ(Occurrences(text, "\n"), 1u);
  EXPECT_TRUE(text.ends_with("}\n"));
  EXPECT_TRUE(IsValidUtf8(text));
  EXPECT_LT(text.size(), 5u << 20);
}

// A full disk in the middle of a line: what comes later stands on lines of its own.
TEST(Logger, WritesAgainWhenTheDiskHasRoom) {
  Pipe pipe;
  ASSERT_EQ(fcntl(pipe.writer(), F_SETPIPE_SZ, 4096), 4096);
  const std::string large(6000, 'n');
  std::string text;
  {
    Logger logger({.fd = pipe.writer()});
    logger.Log({}, kNote, {{"large", large}});
    char buffer[4096];
    while (text.find("(platform") == std::string::npos) {
      const ssize_t n = read(pipe.reader(), buffer, sizeof buffer);
      ASSERT_GT(n, 0);
      text.append(buffer, n);
    }
    logger.Log({}, kTrouble);
  }
  text += pipe.ReadAll();
  EXPECT_EQ(Occurrences(text, "\n"), 2u);
}

}  // namespace
}  // namespace argus::log
