#include "auth/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "domain/reasons.h"
#include "platform/base/encoding.h"

namespace argus::auth {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemoryBytes = 19456 * 1024;
constexpr std::chrono::milliseconds kRetryAfter{1000};
// Of the current parameters and of no password: its salt and digest are arbitrary.
constexpr char kNobodysHash[] =
    "$argon2id$v=19$m=19456,t=2,p=1$QXJndXMgaGFzIG5vIHVzZQ$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

Error WeakPassword(std::string description) {
  return Error(Code::kInvalidArgument, reasons::kWeakPassword, description).WithField("password", description);
}

std::size_t CountCodePoints(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

void InitSodium() {
  static const int ready = sodium_init();
  (void)ready;
}

}  // namespace

Status CheckPasswordRules(std::string_view password, std::string_view login_id) {
  if (!IsValidUtf8(password)) return WeakPassword("the password is not valid UTF-8");
  const std::size_t length = CountCodePoints(password);
  if (length < kMinPasswordLength || length > kMaxPasswordLength) {
    return WeakPassword(fmt::format("the password must have {} to {} characters", kMinPasswordLength, kMaxPasswordLength));
  }
  if (EqualIgnoringCase(password, login_id)) return WeakPassword("the password must differ from the login id");
  return Ok();
}

std::string GeneratePassword() {
  static constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ2346789";
  InitSodium();
  std::string password(24, '\0');
  for (char& c : password) c = kAlphabet[randombytes_uniform(kAlphabet.size())];
  return password;
}

// One of the hasher's slots, given back at destruction.
class PasswordHasher::Slot {
 public:
  explicit Slot(PasswordHasher* owner) : owner_(owner) {}
  Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  Slot& operator=(Slot&&) = delete;
  ~Slot() {
    if (owner_ == nullptr) return;
    std::lock_guard lock(owner_->mutex_);
    ++owner_->free_;
    owner_->freed_.notify_one();
  }

 private:
  PasswordHasher* owner_;
};

PasswordHasher::PasswordHasher(std::size_t slots, std::chrono::milliseconds patience)
    : patience_(patience), free_(slots) {
  InitSodium();
}

Result<PasswordHasher::Slot> PasswordHasher::Acquire() {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, patience_, [this] { return free_ > 0; })) {
    return Error(Code::kResourceExhausted, reasons::kOverloaded, "too many sign-ins at once").WithRetryAfter(kRetryAfter);
  }
  --free_;
  return Slot(this);
}

Result<std::string> PasswordHasher::Hash(std::string_view password) {
  ARGUS_ASSIGN(const Slot slot, Acquire());
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(hash, password.data(), password.size(), kPasses, kMemoryBytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error(Code::kInternal, reasons::kInternal, "a password cannot be hashed").WithCause("argon2id: out of memory");
  }
  return std::string(hash);
}

Result<bool> PasswordHasher::Verify(std::string_view password, const std::string& hash) {
  ARGUS_ASSIGN(const Slot slot, Acquire());
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

Result<bool> PasswordHasher::VerifyUnknownUser(std::string_view password) {
  ARGUS_ASSIGN(const bool matches, Verify(password, kNobodysHash));
  (void)matches;
  return false;
}

bool IsCurrentHash(const std::string& hash) {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemoryBytes) == 0;
}

}  // namespace argus::auth
