#include "api/traceparent.h"

#include <algorithm>
#include <string>

#include "platform/base/encoding.h"

namespace argus::api {
namespace {

constexpr std::size_t kLength = 55;  // "00-" 32 "-" 16 "-" 2

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) { return IsLowerHex(text) && text.find_first_not_of('0') != text.npos; }

bool HasKnownShape(std::string_view header) {
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') return false;
  const auto version = header.substr(0, 2);
  if (!IsLowerHex(version) || version == "ff") return false;
  return header.size() == kLength || (version != "00" && header[kLength] == '-');
}

}  // namespace

TraceContext ParseTraceparentHeader(std::string_view header) {
  if (!HasKnownShape(header)) return {};
  const auto trace_id = header.substr(3, 32);
  const auto span_id = header.substr(36, 16);
  const auto flags = header.substr(53, 2);
  if (!IsId(trace_id) || !IsId(span_id) || !IsLowerHex(flags)) return {};
  const bool sampled = (HexDecode(flags)->front() & 1) != 0;
  return {std::string(trace_id), std::string(span_id), sampled};
}

}  // namespace argus::api
