// The server's end of one child process that parses.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace argus::review {

// Killed and reaped by the destructor. Not thread-safe.
class WorkerProcess {
 public:
  // The child gets a socket as standard input and output, and no other descriptor of this process. INTERNAL when it
  // cannot be started.
  static Result<std::unique_ptr<WorkerProcess>> Start(const std::string& binary, const std::vector<std::string>& args);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // Sends a frame and awaits the reply. nullopt: the child has ended, sent no frame, or `stop`, which is asked at least
  // every 50 ms, said so; then the process is spent.
  std::optional<std::string> Ask(std::string_view request, const std::function<bool()>& stop);

 private:
  WorkerProcess(pid_t pid, int socket) : pid_(pid), socket_(socket) {}
  bool Await(short events, const std::function<bool()>& stop) const;
  bool Send(std::string_view bytes, const std::function<bool()>& stop) const;
  bool Receive(char* bytes, std::size_t size, const std::function<bool()>& stop) const;

  pid_t pid_;
  int socket_;
};

}  // namespace argus::review
