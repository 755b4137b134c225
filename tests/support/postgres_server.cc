#include "tests/support/postgres_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace argus::test {
namespace {

namespace fs = std::filesystem;

// $1: folder, the rest: the server. A line on the input stops the server; the end of the input also removes the folder.
constexpr char kWatch[] =
    "folder=$1; shift; \"$@\" </dev/null & server=$!; "
    "if read -r _; then keep=1; else keep=; fi; "
    "kill -QUIT \"$server\" 2>/dev/null; wait \"$server\"; [ -n \"$keep\" ] || rm -rf \"$folder\"";

[[noreturn]] void Die(const std::string& what) {
  fmt::print(stderr, "PostgresServer: {}\n", what);
  std::abort();
}

// The folder with the programs of the newest version.
std::string FindBinaries() {
  std::string newest;
  int version = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int found = std::atoi(entry.path().filename().c_str());
    if (found > version && fs::exists(entry.path() / "bin/postgres")) {
      version = found;
      newest = entry.path() / "bin";
    }
  }
  if (newest.empty()) Die("no server below /usr/lib/postgresql; run tools/setup");
  return newest;
}

int FreePort() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0) Die("no free port");
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  close(descriptor);
  return ntohs(address.sin_port);
}

std::vector<char*> Arguments(std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return arguments;
}

// Starts `command` in a session of its own as `user`, its input from `input`, its output appended to `log`.
pid_t Spawn(std::vector<std::string> command, uid_t user, gid_t group, int input, const std::string& log) {
  const std::vector<char*> arguments = Arguments(command);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const pid_t pid = fork();
  if (pid != 0) {
    close(output);
    return pid;
  }
  setsid();
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (geteuid() == 0 && (setgid(group) != 0 || setuid(user) != 0)) _exit(126);
  execv(arguments[0], arguments.data());
  _exit(127);
}

int WaitFor(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

}  // namespace

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server{Options{}};
  return server;
}

PostgresServer::PostgresServer(const Options& options)
    : options_(options), binaries_(FindBinaries()), user_(geteuid()), group_(getegid()) {
  if (user_ == 0) {
    const passwd* account = getpwnam("postgres");
    if (!account) account = getpwnam("nobody");
    if (!account) Die("no user to run the server as");
    user_ = account->pw_uid;
    group_ = account->pw_gid;
  }
  InitializeCluster();
  Start();
}

PostgresServer::~PostgresServer() {
  close(watcher_input_);
  WaitFor(watcher_);
}

void PostgresServer::InitializeCluster() {
  std::string folder = fs::temp_directory_path() / "argus-postgres-XXXXXX";
  if (!mkdtemp(folder.data()) || (geteuid() == 0 && chown(folder.c_str(), user_, group_) != 0)) Die("no folder");
  folder_ = folder;
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t pid = Spawn({binaries_ + "/initdb", "--pgdata=" + folder_ + "/data", "--username=argus", "--auth=trust",
                           "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
                          user_, group_, null, folder_ + "/log");
  close(null);
  if (WaitFor(pid) != 0) Die("initdb failed, see " + folder_ + "/log");
}

std::vector<std::string> PostgresServer::ServerCommand() const {
  std::vector<std::string> command{binaries_ + "/postgres", "-D", folder_ + "/data", "-p", std::to_string(port_)};
  std::vector<std::string> settings{"listen_addresses=127.0.0.1", "unix_socket_directories=" + folder_,
                                    "shared_buffers=32MB", "max_connections=80", "autovacuum_naptime=60",
                                    options_.fsync ? "fsync=on" : "fsync=off"};
  settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
  for (const std::string& setting : settings) command.insert(command.end(), {"-c", setting});
  return command;
}

// Another process may take the free port first: then another port is tried.
void PostgresServer::Start() {
  const bool restart = port_ != 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (!restart) port_ = FreePort();
    if (TryStart()) return;
  }
  Die("the server does not start, see " + folder_ + "/log");
}

bool PostgresServer::TryStart() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("no pipe");
  std::vector<std::string> command{"/bin/sh", "-c", kWatch, "watch", folder_};
  for (std::string& word : ServerCommand()) command.push_back(std::move(word));
  watcher_ = Spawn(std::move(command), user_, group_, ends[0], folder_ + "/log");
  close(ends[0]);
  watcher_input_ = ends[1];
  if (AwaitReady()) return true;
  Stop();
  return false;
}

// The server says so itself, in the eighth line of its lock file: an answer on the port might be another server's.
bool PostgresServer::AwaitReady() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < end) {
    std::ifstream lock_file(folder_ + "/data/postmaster.pid");
    std::string line;
    for (int n = 0; n < 8; ++n) std::getline(lock_file, line);
    if (lock_file && line.starts_with("ready")) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

void PostgresServer::Stop() {
  [[maybe_unused]] const ssize_t written = write(watcher_input_, "\n", 1);
  WaitFor(watcher_);
  close(watcher_input_);
}

std::string PostgresServer::Url(const std::string& database) const {
  return fmt::format("postgresql://argus@127.0.0.1:{}/{}", port_, database);
}

std::string PostgresServer::CreateDatabase() {
  std::lock_guard lock(mutex_);
  const std::string name = fmt::format("test_{}", ++databases_);
  PGconn* connection = PQconnectdb(Url().c_str());
  PGresult* result = PQexec(connection, ("CREATE DATABASE " + name).c_str());
  if (PQresultStatus(result) != PGRES_COMMAND_OK) Die(PQerrorMessage(connection));
  PQclear(result);
  PQfinish(connection);
  return Url(name);
}

}  // namespace argus::test
