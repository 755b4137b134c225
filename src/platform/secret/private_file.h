// Small files that hold secrets: bounded reads, atomic private writes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::secret {

// The whole of a regular file of at most `max_bytes`; never waits on a pipe or device. Errors, all with FILE_ERROR:
// NOT_FOUND when there is no such file, else FAILED_PRECONDITION. No message shows content.
Result<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes);
// The same, refusing with INVALID_CONFIGURATION a file that group or others may touch.
Result<std::string> ReadPrivateFile(const std::string& path, std::size_t max_bytes);
// Replaces or makes `path`, mode 0600, so that a crash leaves either the old or the new content, on disk when it returns.
Status ReplacePrivateFile(const std::string& path, std::string_view content);

// Holds an exclusive lock between processes on "<path>.lock" while it lives.
class FileLock {
 public:
  static Result<FileLock> Acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace argus::secret
