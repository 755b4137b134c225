#include "platform/telemetry/profile/heap_profile.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>

#include "platform/base/reasons.h"
#include "platform/telemetry/profile/heap_text.h"
#include "platform/telemetry/symbols/symbolizer.h"

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

// Nobody asks how the allocator itself is called: its frames, innermost, are left out.
Profile WithoutAllocator(Profile profile) {
  const auto inside = reinterpret_cast<std::uintptr_t>(&mallctl);
  const auto mappings = symbols::Symbolizer::OfProcess().Mappings();
  const auto allocator = std::ranges::find_if(
      mappings, [&](const symbols::Mapping& mapping) { return inside >= mapping.start && inside < mapping.limit; });
  if (allocator == mappings.end()) return profile;
  auto samples = std::exchange(profile.samples, {});
  while (!samples.empty()) {
    auto sample = samples.extract(samples.begin());
    auto& stack = sample.key().stack;
    const auto first = std::ranges::find_if(
        stack, [&](std::uintptr_t pc) { return pc < allocator->start || pc >= allocator->limit; });
    stack.erase(stack.begin(), first);
    profile.Add(std::move(sample.key()), sample.mapped());
  }
  return profile;
}

}  // namespace

bool HeapProfilesAvailable() { return ReadFlag("config.prof") && ReadFlag("opt.prof"); }

bool StartHeapSampling() {
  bool active = true;
  return HeapProfilesAvailable() && mallctl("prof.active", nullptr, nullptr, &active, sizeof active) == 0;
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
  ARGUS_ASSIGN(auto parsed, ParseHeapText(file.Contents()));
  Profile profile = WithoutAllocator(std::move(parsed));
  profile.time = SystemClock().Now();
  return profile;
}

}  // namespace argus::profile
