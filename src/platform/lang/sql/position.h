// Where something stands in a script, as an editor would show it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace argus::sql {

// One-based. A line ends at LF, CRLF or a lone CR; columns count Unicode code points, and a byte order mark at the
// start of the script counts for nothing.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(const Position&, const Position&) = default;
};

// The bytes of a UTF-8 byte order mark at the start of `script`: 3 or 0.
std::size_t ByteOrderMarkSize(std::string_view script);

// Translates growing offsets of one script, each byte looked at once. `script` must outlive it.
class PositionTracker {
 public:
  explicit PositionTracker(std::string_view script, Position start = {});
  // `offset` must not be smaller than in the call before; beyond the end it is cut to the end.
  Position At(std::size_t offset);

 private:
  std::string_view script_;
  std::size_t offset_;
  Position position_;
};

// Position of the byte `offset` in `text`, whose own first byte stands at `start`.
Position PositionAt(std::string_view text, std::size_t offset, Position start = {});

// Byte offset of the `index`-th code point (zero-based) of `text`; its size when it has fewer.
std::size_t OffsetOfCodePoint(std::string_view text, std::size_t index);

}  // namespace argus::sql
