// Passwords: rules, generation, and hashing with argon2id (RFC 9106).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::auth {

inline constexpr std::size_t kMinPasswordLength = 8;    // code points
inline constexpr std::size_t kMaxPasswordLength = 128;  // code points

// WEAK_PASSWORD, naming field "password", unless it is valid UTF-8 of 8 to 128 code points and not the login id itself
// (ASCII case aside).
Status CheckPasswordRules(std::string_view password, std::string_view login_id);

// A random password of 24 letters and digits without look-alikes: about 137 bits.
std::string GeneratePassword();

// Hashes with 19 MiB, two passes and one lane (OWASP's parameters), which takes about 20 ms. At most `slots` run at once, so
// that many logins take bounded memory; a caller that finds no free slot in `patience` gets RESOURCE_EXHAUSTED/OVERLOADED.
// Thread-safe.
class PasswordHasher {
 public:
  explicit PasswordHasher(std::size_t slots = 4, std::chrono::milliseconds patience = std::chrono::seconds(2));

  // An encoded hash, "$argon2id$v=19$m=19456,t=2,p=1$…", with a fresh salt.
  Result<std::string> Hash(std::string_view password);
  // Whether `password` made `hash`; a malformed hash matches nothing.
  Result<bool> Verify(std::string_view password, const std::string& hash);
  // Costs what Verify costs and always says false: for unknown users, so that time does not tell who exists.
  Result<bool> VerifyUnknownUser(std::string_view password);

 private:
  class Slot;
  Result<Slot> Acquire();

  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t free_;
};

// Whether `hash` was made with today's parameters; else it is to be made again at the next login.
bool IsCurrentHash(const std::string& hash);

}  // namespace argus::auth
