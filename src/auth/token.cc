#include "auth/token.h"

#include "platform/base/encoding.h"

namespace argus::auth {
namespace {

constexpr std::string_view kAccessPrefix = "argus_at_";
constexpr std::string_view kRefreshPrefix = "argus_rt_";
constexpr std::size_t kRandomBytes = 32;

bool IsBody(std::string_view body) {
  const auto bytes = Base64UrlDecode(body);
  return bytes && bytes->size() == kRandomBytes;
}

}  // namespace

std::string NewToken(TokenKind kind) {
  std::string token(kind == TokenKind::kAccess ? kAccessPrefix : kRefreshPrefix);
  return token += Base64UrlEncode(RandomBytes(kRandomBytes));
}

std::optional<TokenKind> KindOfToken(std::string_view text) {
  static_assert(kAccessPrefix.size() == kRefreshPrefix.size());
  if (text.size() != kAccessPrefix.size() + 43 || !IsBody(text.substr(kAccessPrefix.size()))) return std::nullopt;
  if (text.starts_with(kAccessPrefix)) return TokenKind::kAccess;
  if (text.starts_with(kRefreshPrefix)) return TokenKind::kRefresh;
  return std::nullopt;
}

std::string TokenHash(std::string_view token) { return Sha256Hex(token); }

}  // namespace argus::auth
