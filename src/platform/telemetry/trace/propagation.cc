#include "platform/telemetry/trace/propagation.h"

#include <algorithm>
#include <vector>

namespace argus::trace {
namespace {

constexpr std::size_t kLength = 55;  // "00-" 32 "-" 16 "-" 2
constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxTenant = 241;
constexpr std::size_t kMaxSystem = 14;
constexpr std::size_t kMaxValue = 256;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) { return IsLowerHex(text) && text.find_first_not_of('0') != text.npos; }

bool HasKnownShape(std::string_view header) {
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') return false;
  const auto version = header.substr(0, 2);
  if (!IsLowerHex(version) || version == "ff") return false;
  return header.size() == kLength || (version != "00" && header[kLength] == '-');
}

// The lowest bit of the flags' last digit.
bool IsSampled(char digit) { return ((IsDigit(digit) ? digit - '0' : digit - 'a' + 10) & 1) != 0; }

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool IsKeyTail(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsLower(c) || IsDigit(c) || c == '_' || c == '-' || c == '*' || c == '/';
  });
}

// A simple key, or "tenant@system".
bool IsKey(std::string_view key) {
  if (key.empty() || key.size() > kMaxKey) return false;
  const auto at = key.find('@');
  if (at == key.npos) return (IsLower(key[0]) || IsDigit(key[0])) && IsKeyTail(key);
  const auto tenant = key.substr(0, at);
  const auto system = key.substr(at + 1);
  return !tenant.empty() && tenant.size() <= kMaxTenant && (IsLower(tenant[0]) || IsDigit(tenant[0])) &&
         IsKeyTail(tenant) && !system.empty() && system.size() <= kMaxSystem && IsLower(system[0]) && IsKeyTail(system);
}

// Printable ASCII without comma and equals sign; blanks at the end were trimmed.
bool IsValue(std::string_view value) {
  return !value.empty() && value.size() <= kMaxValue && std::all_of(value.begin(), value.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != ',' && c != '=';
  });
}

}  // namespace

std::string CleanTracestate(std::string_view header) {
  std::string clean;
  std::vector<std::string_view> keys;
  while (!header.empty()) {
    const auto comma = std::min(header.find(','), header.size());
    const auto member = Trimmed(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    if (member.empty()) continue;
    const auto equals = std::min(member.find('='), member.size());
    const auto key = member.substr(0, equals);
    if (equals == member.size() || !IsKey(key) || !IsValue(member.substr(equals + 1))) return {};
    if (keys.size() == kMaxMembers || std::find(keys.begin(), keys.end(), key) != keys.end()) return {};
    keys.push_back(key);
    if (!clean.empty()) clean += ',';
    clean += member;
  }
  return clean;
}

TraceContext Extract(std::string_view traceparent, std::string_view tracestate) {
  const auto header = Trimmed(traceparent);
  if (!HasKnownShape(header)) return {};
  const auto trace_id = header.substr(3, 32);
  const auto span_id = header.substr(36, 16);
  const auto flags = header.substr(53, 2);
  if (!IsId(trace_id) || !IsId(span_id) || !IsLowerHex(flags)) return {};
  return {std::string(trace_id), std::string(span_id), IsSampled(flags[1]), CleanTracestate(tracestate)};
}

std::string FormatTraceparent(const TraceContext& trace) {
  if (trace.trace_id.empty() || trace.span_id.empty()) return {};
  return "00-" + trace.trace_id + "-" + trace.span_id + (trace.sampled ? "-01" : "-00");
}

}  // namespace argus::trace
