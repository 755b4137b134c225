#include "platform/telemetry/log/journal_output.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "platform/telemetry/log/format.h"

namespace argus::log {
namespace {

constexpr int kSealed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

bool WriteWhole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(count);
  }
  return true;
}

// A datagram without bytes that carries the descriptor.
bool SendDescriptor(int socket, const sockaddr_un& to, int fd) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_name = const_cast<sockaddr_un*>(&to);
  message.msg_namelen = sizeof to;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

}  // namespace

bool StderrIsJournal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  unsigned long long device = 0;
  unsigned long long inode = 0;
  struct stat info {};
  return stream != nullptr && std::sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &info) == 0 &&
         info.st_dev == device && info.st_ino == inode;
}

JournalOutput::JournalOutput(const std::string& socket_path, OutputState& state)
    : state_(state), socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  address_.sun_family = AF_UNIX;
  socket_path.copy(address_.sun_path, sizeof address_.sun_path - 1);
  entry_.Room(kLongestLine);
}

JournalOutput::~JournalOutput() {
  if (socket_ >= 0) close(socket_);
}

void JournalOutput::Add(const Record& record, std::string_view stack) {
  entry_.Clear();
  kJournalFormat.finish(record, stack, entry_);
  if (!Send()) {
    ++state_.lost;
    ++state_.write_errors;
  }
  ++state_.progress;
}

bool JournalOutput::Send() {
  for (;;) {
    const auto* to = reinterpret_cast<const sockaddr*>(&address_);
    if (sendto(socket_, entry_.data(), entry_.size(), MSG_NOSIGNAL | MSG_DONTWAIT, to, sizeof address_) >= 0) return true;
    if (errno == EMSGSIZE || errno == ENOBUFS) return SendInMemory();
    if (errno != EINTR && (errno != EAGAIN || !WaitWritable(socket_, state_))) return false;
  }
}

bool JournalOutput::SendInMemory() {
  const int fd = memfd_create("argus-log", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return false;
  bool sent = WriteWhole(fd, entry_.view()) && fcntl(fd, F_ADD_SEALS, kSealed) == 0;
  while (sent && !SendDescriptor(socket_, address_, fd)) {
    sent = errno == EINTR || (errno == EAGAIN && WaitWritable(socket_, state_));
  }
  close(fd);
  return sent;
}

}  // namespace argus::log
