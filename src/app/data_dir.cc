#include "app/data_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "platform/base/reasons.h"

namespace argus::app {
namespace {

Error Unusable(const std::string& path, std::string_view why) {
  return Error(Code::kFailedPrecondition, reasons::kInvalidConfiguration, fmt::format("--data-dir {}: {}", path, why));
}

}  // namespace

Result<DataDir> DataDir::Open(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::create_directories(path, failed)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
  }
  if (failed) return Unusable(path, failed.message());
  const int fd = open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Unusable(path, std::strerror(errno));
  DataDir dir(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) return Unusable(path, "in use by another argus process");
  return dir;
}

DataDir::DataDir(DataDir&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DataDir::~DataDir() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace argus::app
