#include "review/frame.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "review/protocol.h"

namespace argus::review {
namespace {

// `call` is read or write: moves some bytes, returns how many.
template <typename Call>
bool Transfer(Call call, int fd, auto* bytes, std::size_t size) {
  while (size > 0) {
    const auto moved = call(fd, bytes, size);
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0) return false;
    bytes += moved;
    size -= static_cast<std::size_t>(moved);
  }
  return true;
}

}  // namespace

std::optional<std::string> ReadFrame(int fd) {
  std::uint32_t size = 0;
  if (!Transfer(::read, fd, reinterpret_cast<char*>(&size), sizeof size) || size > kMaxFrameSize) return std::nullopt;
  std::string frame(size, '\0');
  return Transfer(::read, fd, frame.data(), size) ? std::optional(std::move(frame)) : std::nullopt;
}

bool WriteFrame(int fd, std::string_view frame) {
  const auto size = static_cast<std::uint32_t>(frame.size());
  return Transfer(::write, fd, reinterpret_cast<const char*>(&size), sizeof size) &&
         Transfer(::write, fd, frame.data(), frame.size());
}

}  // namespace argus::review
