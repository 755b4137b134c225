// Text encodings, hashes and random names used on every layer. All functions are pure except the Random* ones, which
// draw from libsodium's CSPRNG; all are thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace argus {

std::string HexEncode(std::string_view bytes);  // lower case
std::optional<std::string> HexDecode(std::string_view hex);
// RFC 4648 §5 without padding.
std::string Base64UrlEncode(std::string_view bytes);
std::optional<std::string> Base64UrlDecode(std::string_view text);
// RFC 4648 §4 with padding; the decoder takes it with or without.
std::string Base64Encode(std::string_view bytes);
std::optional<std::string> Base64Decode(std::string_view text);

// RFC 3986: everything but unreserved characters is escaped, '/' included.
std::string PercentEncode(std::string_view text);
// nullopt on a truncated or malformed escape.
std::optional<std::string> PercentDecode(std::string_view text);

// Well-formed UTF-8 (no overlong forms, surrogates or values above U+10FFFF).
bool IsValidUtf8(std::string_view text);
// Each ill-formed byte becomes U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

// 32 raw bytes / 64 lower-case hex digits.
std::string Sha256(std::string_view bytes);
std::string Sha256Hex(std::string_view bytes);
// Keyed BLAKE2b-256; `key` holds 32 bytes.
std::string KeyedHash(std::string_view key, std::string_view bytes);
bool ConstantTimeEqual(std::string_view a, std::string_view b);

std::string RandomBytes(std::size_t count);
// `count` random bytes as lower-case hex.
std::string RandomHex(std::size_t count);

}  // namespace argus
