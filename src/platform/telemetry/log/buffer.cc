#include "platform/telemetry/log/buffer.h"

#include <algorithm>

namespace argus::log {

void Buffer::Grow(std::size_t bytes) {
  const std::size_t capacity = std::max({std::size_t{1024}, 2 * capacity_, size_ + bytes});
  std::unique_ptr<char[]> grown(new char[capacity]);
  if (size_ > 0) std::memcpy(grown.get(), data_.get(), size_);
  data_ = std::move(grown);
  capacity_ = capacity;
}

}  // namespace argus::log
