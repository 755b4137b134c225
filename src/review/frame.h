// Blocking frames on file descriptors, for the child's end of the protocol.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace argus::review {

// nullopt: the other side has gone, or what it sends is no frame.
std::optional<std::string> ReadFrame(int fd);
bool WriteFrame(int fd, std::string_view frame);

}  // namespace argus::review
