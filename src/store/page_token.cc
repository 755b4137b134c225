#include "store/page_token.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::store {
namespace {

constexpr std::size_t kMacBytes = 16;

std::string Mac(std::string_view key, std::string_view query, std::string_view payload) {
  std::string text;
  AppendPart(text, query);
  AppendPart(text, payload);
  return KeyedHash(key, text).substr(0, kMacBytes);
}

// "i" and the number, or "t" and the text.
std::string EncodeValue(const db::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("i{}", *number);
  return fmt::format("t{}", std::get<std::string>(value));
}

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<db::Value> DecodeValue(std::string_view part) {
  if (part.starts_with('t')) return db::Value{std::string(part.substr(1))};
  if (!part.starts_with('i')) return std::nullopt;
  const auto number = ParseNumber(part.substr(1));
  return number ? std::optional(db::Value{*number}) : std::nullopt;
}

// The part that AppendPart wrote at the front of `text`, which moves on behind it.
std::optional<std::string_view> TakePart(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const auto size = ParseNumber(text.substr(0, colon));
  if (colon == std::string_view::npos || !size || *size < 0) return std::nullopt;
  text.remove_prefix(colon + 1);
  if (static_cast<std::uint64_t>(*size) > text.size()) return std::nullopt;
  const std::string_view part = text.substr(0, static_cast<std::size_t>(*size));
  text.remove_prefix(part.size());
  return part;
}

Error BadToken() {
  return Error(Code::kInvalidArgument, reasons::kInvalidPageToken, "The page token was not made for this list.")
      .WithField("pageToken", "send the token of the page before, with the same parent, filter and order");
}

}  // namespace

void AppendPart(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

std::string MakePageToken(std::string_view key, std::string_view query, std::span<const db::Value> values) {
  std::string payload;
  for (const db::Value& value : values) AppendPart(payload, EncodeValue(value));
  return Base64UrlEncode(Mac(key, query, payload) + payload);
}

Result<std::vector<db::Value>> ReadPageToken(std::string_view key, std::string_view query, std::string_view token) {
  const auto bytes = Base64UrlDecode(token);
  if (!bytes || bytes->size() < kMacBytes) return BadToken();
  std::string_view payload = std::string_view(*bytes).substr(kMacBytes);
  if (!ConstantTimeEqual(std::string_view(*bytes).substr(0, kMacBytes), Mac(key, query, payload))) return BadToken();
  std::vector<db::Value> values;
  while (!payload.empty()) {
    const auto part = TakePart(payload);
    const auto value = part ? DecodeValue(*part) : std::nullopt;
    if (!value) return BadToken();
    values.push_back(*value);
  }
  return values;
}

}  // namespace argus::store
