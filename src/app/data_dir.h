// The folder that holds what Argus keeps on this machine.
#pragma once

#include <string>

#include "platform/base/result.h"

namespace argus::app {

// Makes the folder (0700) and holds an exclusive lock on it as long as it lives: one server a data directory. That lock
// is what stands in for leases where the metastore is a SQLite file.
class DataDir {
 public:
  // FAILED_PRECONDITION / INVALID_CONFIGURATION when it cannot be made or another process has it.
  static Result<DataDir> Open(const std::string& path);
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();

 private:
  explicit DataDir(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace argus::app
