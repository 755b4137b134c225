#include "platform/telemetry/profile/heap_profile.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <mutex>
#include <string>

#include "platform/base/reasons.h"
#include "platform/telemetry/profile/heap_text.h"

// jemalloc's, where the program is linked with it.
extern "C" int mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value, std::size_t new_size)
    __attribute__((weak));

namespace argus::profile {
namespace {

Error NotAvailable() {
  return Error(Code::kUnimplemented, reasons::kInvalidConfiguration,
               "heap profiles need jemalloc with sampling, which this program was built or started without");
}

bool ReadFlag(const char* name) {
  bool value = false;
  std::size_t size = sizeof value;
  return mallctl && mallctl(name, &value, &size, nullptr, 0) == 0 && value;
}

// A file without a name, for what must be written to a path.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("heap-profile", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (fd_ >= 0) close(fd_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }
  std::string Contents() const {
    std::string text;
    char piece[16384];
    for (;;) {
      const auto count = pread(fd_, piece, sizeof piece, static_cast<off_t>(text.size()));
      if (count <= 0) return text;
      text.append(piece, static_cast<std::size_t>(count));
    }
  }

 private:
  const int fd_;
};

}  // namespace

bool HeapProfilesAvailable() { return ReadFlag("config.prof") && ReadFlag("opt.prof"); }

Status StartHeapSampling() {
  if (!HeapProfilesAvailable()) return NotAvailable();
  bool active = true;
  if (mallctl("prof.active", nullptr, nullptr, &active, sizeof active) != 0) return NotAvailable();
  return Ok();
}

Result<Profile> ProfileHeap() {
  if (!HeapProfilesAvailable()) return NotAvailable();
  static std::mutex one_at_a_time;
  const std::lock_guard turn(one_at_a_time);
  const MemoryFile file;
  const std::string path = file.path();
  const char* name = path.c_str();
  if (mallctl("prof.dump", nullptr, nullptr, &name, sizeof name) != 0) {
    return Error(Code::kInternal, reasons::kInternal, "the allocator could not write its profile");
  }
  ARGUS_ASSIGN(auto profile, ParseHeapText(file.Contents()));
  profile.time = SystemClock().Now();
  return profile;
}

}  // namespace argus::profile
