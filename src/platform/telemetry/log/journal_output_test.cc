#include "platform/telemetry/log/journal_output.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>

#include "platform/base/reasons.h"
#include "platform/telemetry/log/line.h"
#include "platform/telemetry/log/log_test_support.h"
#include "platform/telemetry/log/logger.h"

namespace argus::log {
namespace {

constexpr Event kNote{Level::kInfo, "note taken", "A note."};
constexpr Event kTrouble{Level::kError, "trouble", "Trouble."};

using Entry = std::map<std::string, std::string>;

// As journald reads them.
Entry Parse(std::string_view bytes) {
  Entry entry;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    if (const auto equals = line.find('='); equals != line.npos) {
      entry[std::string(line.substr(0, equals))] = line.substr(equals + 1);
      bytes.remove_prefix(end + 1);
      continue;
    }
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data() + end + 1, sizeof size);
    entry[std::string(line)] = bytes.substr(end + 9, size);
    EXPECT_EQ(bytes[end + 9 + size], '\n');
    bytes.remove_prefix(end + 10 + size);
  }
  return entry;
}

// A socket where journald would listen.
class Journal {
 public:
  Journal() {
    char folder[] = "/tmp/argus-journal-XXXXXX";
    folder_ = mkdtemp(folder);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Journal() {
    close(socket_);
    std::filesystem::remove_all(folder_);
  }
  std::string path() const { return folder_ + "/socket"; }

  Entry Receive() {
    std::string bytes(1 << 20, '\0');
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
    bytes.resize(std::max<ssize_t>(size, 0));
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    return Parse(header == nullptr ? bytes : ReadSealed(header));
  }

 private:
  static std::string ReadSealed(const cmsghdr* header) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    EXPECT_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    struct stat info {};
    fstat(fd, &info);
    std::string bytes(info.st_size, '\0');
    EXPECT_EQ(pread(fd, bytes.data(), bytes.size(), 0), info.st_size);
    close(fd);
    return bytes;
  }

  int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::string folder_;
};

TEST(JournalOutput, SendsTheFieldsOfTheProtocolAndOurs) {
  Journal journal;
  Logger logger({.journal_socket = journal.path()});
  RequestContext ctx;
  ctx.correlation_id = "req-1";
  logger.Log(ctx, kNote, {{"task_run", "projects/a"}, {"rows_affected", 7}, {"ok", true}});
  const int line = __LINE__ - 1;
  Entry entry = journal.Receive();
  EXPECT_EQ(entry["MESSAGE"], "note taken");
  EXPECT_EQ(entry["PRIORITY"], "6");
  EXPECT_EQ(entry["LEVEL"], "INFO");
  EXPECT_EQ(entry["SYSLOG_IDENTIFIER"], "argus");
  EXPECT_EQ(entry["CODE_FILE"], "platform/telemetry/log/journal_output_test.cc");
  EXPECT_EQ(entry["CODE_LINE"], std::to_string(line));
  EXPECT_TRUE(entry["CODE_FUNC"].ends_with("TestBody")) << entry["CODE_FUNC"];
  EXPECT_EQ(entry["CORRELATION_ID"], "req-1");
  EXPECT_EQ(entry["TASK_RUN"], "projects/a");
  EXPECT_EQ(entry["ROWS_AFFECTED"], "7");
  EXPECT_EQ(entry["OK"], "true");
  EXPECT_EQ(entry["TIME"].size(), 30u);
}

TEST(JournalOutput, KeepsLinesTogetherAndTextWellFormed) {
  Journal journal;
  Logger logger({.journal_socket = journal.path()});
  logger.Log({}, kTrouble, OuterError("first\nsecond"), {{"detail", "a\nPRIORITY=0\nb"}, {"bytes", "\xFF"}});
  Entry entry = journal.Receive();
  EXPECT_EQ(entry["PRIORITY"], "3");
  EXPECT_EQ(entry["DETAIL"], "a\nPRIORITY=0\nb");
  EXPECT_EQ(entry["BYTES"], "\xEF\xBF\xBD");
  EXPECT_TRUE(entry["ERROR"].starts_with("it broke (first\nsecond)\n    at ")) << entry["ERROR"];
  EXPECT_GE(Occurrences(entry["ERROR"], "\n    at "), 3u);
  EXPECT_EQ(entry["ERROR_CODE"], "INTERNAL");
  EXPECT_EQ(entry["ERROR_REASON"], "INTERNAL");
}

TEST(JournalOutput, SendsWhatIsTooLargeInSealedMemory) {
  Journal journal;
  Logger logger({.journal_socket = journal.path()});
  const std::string large(kMaxTextBytes, 'x');
  logger.Log({}, kNote, {{"a", large}, {"b", large}});
  Entry entry = journal.Receive();
  EXPECT_EQ(entry["MESSAGE"], "note taken");
  EXPECT_EQ(entry["A"].size(), large.size());
  EXPECT_EQ(entry["B"].size(), large.size());
}

TEST(JournalOutput, CountsWhatNobodyTakes) {
  Logger logger({.journal_socket = "/nonexistent/socket"});
  logger.Log({}, kNote);
  logger.Flush();
  EXPECT_EQ(logger.dropped(), 1u);
  EXPECT_EQ(logger.write_errors(), 1u);
}

TEST(StderrIsJournal, ComparesDeviceAndInode) {
  struct stat info {};
  ASSERT_EQ(fstat(STDERR_FILENO, &info), 0);
  unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(StderrIsJournal());
  setenv("JOURNAL_STREAM", (std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino)).c_str(), 1);
  EXPECT_TRUE(StderrIsJournal());
  setenv("JOURNAL_STREAM", (std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino + 1)).c_str(), 1);
  EXPECT_FALSE(StderrIsJournal());
  setenv("JOURNAL_STREAM", "nonsense", 1);
  EXPECT_FALSE(StderrIsJournal());
  unsetenv("JOURNAL_STREAM");
}

}  // namespace
}  // namespace argus::log
