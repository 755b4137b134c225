#include "platform/telemetry/symbols/symbolizer.h"

#include <cxxabi.h>
#include <link.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "platform/telemetry/symbols/debug_info.h"
#include "platform/telemetry/symbols/function_name.h"

namespace argus::symbols {
namespace {

// Addresses repeat: a program has few call sites. Beyond this many something unusual goes on, and all begins anew.
constexpr std::size_t kMaxCached = 64 << 10;

std::string Hex(std::uintptr_t pc) {
  char text[2 + 2 * sizeof pc + 1];
  std::snprintf(text, sizeof text, "0x%zx", static_cast<std::size_t>(pc));
  return text;
}

std::string Demangle(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  return status == 0 && text != nullptr ? QualifiedName(text.get()) : std::string(mangled);
}

// Paths inside the source tree stand as "src/…" in the binary; those of the build folder lead up to it first.
std::string_view RelativeFile(std::string_view file) {
  while (file.starts_with("../")) file.remove_prefix(3);
  while (file.starts_with("./")) file.remove_prefix(2);
  return file;
}

std::vector<Location> Read(DebugInfo& info, std::uintptr_t pc) {
  std::vector<Location> locations;
  for (const auto& [function, line] : info.FramesAt(pc)) {
    locations.push_back({function == nullptr ? Hex(pc) : Demangle(function), std::string(RelativeFile(line.file)), line.number});
  }
  return locations;
}

std::string MainProgram() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? std::string(path, size) : std::string();
}

int AddMapping(dl_phdr_info* object, std::size_t, void* into) {
  auto& mappings = *static_cast<std::vector<Mapping>*>(into);
  for (const auto& segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const std::uintptr_t start = object->dlpi_addr + segment.p_vaddr;
    const std::string file = mappings.empty() ? MainProgram() : std::string(object->dlpi_name);
    mappings.push_back({start, start + segment.p_memsz, segment.p_offset, file, {}});
    break;
  }
  return 0;
}

}  // namespace

struct Symbolizer::Impl {
  DebugInfo& Info() {
    if (!info) info.emplace();
    return *info;
  }

  const std::vector<Location>& FramesAt(std::uintptr_t pc) {
    if (const auto found = cache.find(pc); found != cache.end()) return found->second;
    if (cache.size() >= kMaxCached) cache.clear();
    return cache.emplace(pc, Read(Info(), pc)).first->second;
  }

  std::mutex mutex;
  std::optional<DebugInfo> info;
  std::unordered_map<std::uintptr_t, std::vector<Location>> cache;
};

Symbolizer::Symbolizer() : impl_(std::make_unique<Impl>()) {}
Symbolizer::~Symbolizer() = default;

std::vector<Location> Symbolizer::Frames(std::uintptr_t pc) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->FramesAt(pc);
}

Location Symbolizer::Resolve(std::uintptr_t pc) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->FramesAt(pc).back();
}

std::vector<Mapping> Symbolizer::Mappings() const {
  std::vector<Mapping> mappings;
  dl_iterate_phdr(AddMapping, &mappings);
  std::lock_guard lock(impl_->mutex);
  for (Mapping& mapping : mappings) mapping.build_id = impl_->Info().BuildIdAt(mapping.start);
  return mappings;
}

void Symbolizer::Release() const {
  std::lock_guard lock(impl_->mutex);
  impl_->info.reset();
}

const Symbolizer& Symbolizer::OfProcess() {
  static const auto& shared = *new Symbolizer();  // Never destroyed: stacks are read to the very end.
  return shared;
}

}  // namespace argus::symbols
