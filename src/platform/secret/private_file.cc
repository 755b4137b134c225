#include "platform/secret/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::secret {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  const int fd_;
};

// From errno, which it reads first.
Error FileError(std::string_view act, const std::string& path) {
  const int number = errno;
  return Error(number == ENOENT ? Code::kNotFound : Code::kFailedPrecondition, reasons::kFileError,
               fmt::format("cannot {} {}: {}", act, path, std::strerror(number)));
}

Result<std::string> ReadDescriptor(int fd, const std::string& path, std::size_t max_bytes) {
  std::string content(max_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = read(fd, content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError("read", path);
    if (count == 0) break;
    size += count;
  }
  if (size > max_bytes) {
    return Error(Code::kFailedPrecondition, reasons::kFileError,
                 fmt::format("{} is larger than {} bytes", path, max_bytes));
  }
  content.resize(size);
  return content;
}

Result<std::string> Read(const std::string& path, std::size_t max_bytes, mode_t forbidden) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!file.ok() || fstat(file.get(), &info) != 0) return FileError("open", path);
  if (!S_ISREG(info.st_mode)) {
    return Error(Code::kFailedPrecondition, reasons::kFileError, fmt::format("{} is not a regular file", path));
  }
  if ((info.st_mode & forbidden) != 0) {
    return Error(Code::kFailedPrecondition, reasons::kInvalidConfiguration,
                 fmt::format("{} has mode {:04o}, but only its owner may have access: chmod 600 {}", path,
                             info.st_mode & 07777, path));
  }
  return ReadDescriptor(file.get(), path, max_bytes);
}

Status WriteSynced(const std::string& path, std::string_view content) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.ok()) return FileError("create", path);
  while (!content.empty()) {
    const ssize_t count = write(file.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError("write", path);
    content.remove_prefix(count);
  }
  if (fsync(file.get()) != 0) return FileError("sync", path);
  return Ok();
}

Status SyncFolderOf(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.ok() || fsync(descriptor.get()) != 0) return FileError("sync", folder);
  return Ok();
}

}  // namespace

Result<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes) { return Read(path, max_bytes, 0); }

Result<std::string> ReadPrivateFile(const std::string& path, std::size_t max_bytes) {
  return Read(path, max_bytes, S_IRWXG | S_IRWXO);
}

Status ReplacePrivateFile(const std::string& path, std::string_view content) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, RandomHex(6));
  Status written = WriteSynced(temporary, content);
  if (written.ok() && std::rename(temporary.c_str(), path.c_str()) != 0) written = FileError("replace", path);
  if (!written.ok()) {
    unlink(temporary.c_str());
    return written;
  }
  return SyncFolderOf(path);
}

Result<FileLock> FileLock::Acquire(const std::string& path) {
  const std::string name = path + ".lock";
  const int fd = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return FileError("create", name);
  FileLock lock(fd);
  while (flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return FileError("lock", name);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace argus::secret
