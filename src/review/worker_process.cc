#include "review/worker_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "platform/base/reasons.h"
#include "review/protocol.h"

extern char** environ;

namespace argus::review {
namespace {

constexpr int kStopPollMillis = 50;

Error CannotStart(std::string_view what, int error) {
  return Error(Code::kInternal, reasons::kInternal, "The SQL parser could not be started.")
      .WithCause(fmt::format("{}: {}", what, std::strerror(error)));
}

class SpawnSettings {
 public:
  explicit SpawnSettings(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, socket, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    ResetSignals();
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // errno of the failure, or 0.
  int Spawn(const std::string& binary, const std::vector<std::string>& args, pid_t* pid) const {
    std::vector<char*> argv = {const_cast<char*>(binary.c_str())};
    for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
    argv.push_back(nullptr);
    return posix_spawn(pid, binary.c_str(), &actions_, &attributes_, argv.data(), environ);
  }

 private:
  // The server blocks and ignores signals in ways that are not the child's.
  void ResetSignals() {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(const std::string& binary,
                                                            const std::vector<std::string>& args) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return CannotStart("socketpair", errno);
  pid_t pid = 0;
  const int error = SpawnSettings(sockets[1]).Spawn(binary, args, &pid);
  close(sockets[1]);
  if (error != 0) {
    close(sockets[0]);
    return CannotStart(binary, error);
  }
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(pid, sockets[0]));
}

WorkerProcess::~WorkerProcess() {
  close(socket_);
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool WorkerProcess::Await(short events, const std::function<bool()>& stop) const {
  pollfd ready{.fd = socket_, .events = events, .revents = 0};
  while (!stop()) {
    const int count = poll(&ready, 1, kStopPollMillis);
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
  return false;
}

bool WorkerProcess::Send(std::string_view bytes, const std::function<bool()>& stop) const {
  while (!bytes.empty()) {
    if (!Await(POLLOUT, stop)) return false;
    const auto sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool WorkerProcess::Receive(char* bytes, std::size_t size, const std::function<bool()>& stop) const {
  while (size > 0) {
    if (!Await(POLLIN, stop)) return false;
    const auto received = recv(socket_, bytes, size, MSG_DONTWAIT);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (received <= 0) return false;
    bytes += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

std::optional<std::string> WorkerProcess::Ask(std::string_view request, const std::function<bool()>& stop) {
  auto size = static_cast<std::uint32_t>(request.size());
  if (request.size() > kMaxFrameSize) return std::nullopt;
  if (!Send({reinterpret_cast<const char*>(&size), sizeof size}, stop) || !Send(request, stop)) return std::nullopt;
  if (!Receive(reinterpret_cast<char*>(&size), sizeof size, stop) || size > kMaxFrameSize) return std::nullopt;
  std::string answer(size, '\0');
  if (!Receive(answer.data(), answer.size(), stop)) return std::nullopt;
  return answer;
}

}  // namespace argus::review
