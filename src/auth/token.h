// Opaque bearer tokens: 256 random bits that mean nothing outside the metastore, which keeps only their hash.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace argus::auth {

enum class TokenKind { kAccess, kRefresh };

// "argus_at_" or "argus_rt_" and 43 characters of base64url: recognisable to secret scanners.
std::string NewToken(TokenKind kind);
// nullopt when `text` does not have the form of a token; says nothing about whether it is valid.
std::optional<TokenKind> KindOfToken(std::string_view text);
// What is stored and looked up: SHA-256 of the whole text as 64 hex digits. Unsalted, since the input is random.
std::string TokenHash(std::string_view token);

}  // namespace argus::auth
