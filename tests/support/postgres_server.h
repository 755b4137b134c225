// A private PostgreSQL cluster for tests, made of the newest server that Debian has installed.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <string>
#include <vector>

namespace argus::test {

// Listens on a free loopback port and trusts every user; its files lie in a folder of its own below the temporary one.
// A small shell process watches over it: it stops the server and removes the folder when the test process ends, however
// that ends. A test process that runs as root gives the server the user "postgres" or "nobody".
class PostgresServer {
 public:
  struct Options {
    bool fsync = false;
    std::vector<std::string> settings;  // "max_prepared_transactions=10"
  };

  // One server a test process, started at first use. Ends the process when that fails: nothing can be tested then.
  static PostgresServer& Shared();

  explicit PostgresServer(const Options& options);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // "postgresql://argus@127.0.0.1:<port>/<database>"
  std::string Url(const std::string& database = "postgres") const;
  int port() const { return port_; }
  // A new, empty database; returns its URL. Thread-safe.
  std::string CreateDatabase();

  // Ends the server at once, as a crash would; Start brings it back on the same port and data.
  void Stop();
  void Start();

 private:
  void InitializeCluster();
  bool TryStart();
  bool AwaitReady();
  std::vector<std::string> ServerCommand() const;

  const Options options_;
  std::string binaries_;
  std::string folder_;
  uid_t user_;
  gid_t group_;
  int port_ = 0;
  pid_t watcher_ = -1;
  int watcher_input_ = -1;  // Closing it stops the server and removes the folder.
  std::mutex mutex_;
  int databases_ = 0;
};

}  // namespace argus::test
