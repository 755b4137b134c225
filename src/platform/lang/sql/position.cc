#include "platform/lang/sql/position.h"

#include <algorithm>

namespace argus::sql {
namespace {

bool ContinuesCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::size_t ByteOrderMarkSize(std::string_view script) { return script.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

PositionTracker::PositionTracker(std::string_view script, Position start)
    : script_(script), offset_(ByteOrderMarkSize(script)), position_(start) {}

Position PositionTracker::At(std::size_t offset) {
  const std::size_t end = std::min(offset, script_.size());
  for (; offset_ < end; ++offset_) {
    const char c = script_[offset_];
    if (c == '\n' && offset_ > 0 && script_[offset_ - 1] == '\r') continue;  // Counted with its CR.
    if (c == '\n' || c == '\r') {
      position_ = {position_.line + 1, 1};
    } else if (!ContinuesCodePoint(c)) {
      ++position_.column;
    }
  }
  return position_;
}

Position PositionAt(std::string_view text, std::size_t offset, Position start) {
  return PositionTracker(text, start).At(offset);
}

std::size_t OffsetOfCodePoint(std::string_view text, std::size_t index) {
  std::size_t seen = 0;
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    if (ContinuesCodePoint(text[offset])) continue;
    if (seen++ == index) return offset;
  }
  return text.size();
}

}  // namespace argus::sql
