#include "platform/secret/keyring.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/secret/private_file.h"

namespace argus::secret {
namespace {

constexpr std::size_t kMaxFileBytes = 64 << 10;
constexpr std::size_t kIdBytes = 4;
constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view kVersion = "v1";
constexpr std::string_view kHeader =
    "# Keys that encrypt stored secrets, newest first. Keep this file private, back it up apart from the database, and\n"
    "# give every replica the same one.\n";

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct Key {
  Key(std::string id_text, std::string bytes_text) : id(std::move(id_text)), bytes(std::move(bytes_text)) {}
  Key(Key&&) = default;
  Key& operator=(Key&&) = default;
  ~Key() { sodium_memzero(bytes.data(), bytes.size()); }

  std::string id;
  std::string bytes;
};

Key NewKey() { return {RandomHex(kIdBytes), RandomBytes(kKeyBytes)}; }

std::string KeyLine(const Key& key) { return fmt::format("{} {} {}\n", kVersion, key.id, Base64UrlEncode(key.bytes)); }

// Cuts `text` at the first `separator`; the rest is empty when there is none.
std::string_view Cut(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return head;
}

bool IsKeyId(std::string_view id) {
  return id.size() == 2 * kIdBytes && std::ranges::all_of(id, [](unsigned char c) { return std::isxdigit(c); });
}

std::optional<Key> ParseKeyLine(std::string_view line) {
  if (Cut(line, ' ') != kVersion) return std::nullopt;
  const std::string_view id = Cut(line, ' ');
  auto bytes = Base64UrlDecode(line);
  if (!IsKeyId(id) || !bytes || bytes->size() != kKeyBytes) return std::nullopt;
  return Key(std::string(id), std::move(*bytes));
}

Error Malformed(const std::string& path, std::string_view what) {
  return Error(Code::kFailedPrecondition, reasons::kInvalidConfiguration, fmt::format("key file {}: {}", path, what));
}

Result<std::vector<Key>> ParseKeys(std::string_view text, const std::string& path) {
  std::vector<Key> keys;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = Cut(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    auto key = ParseKeyLine(line);
    if (!key) return Malformed(path, fmt::format("line {} is not 'v1 <id> <key>'", number));
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return Malformed(path, "holds no key");
  return keys;
}

Result<std::vector<Key>> ReadKeys(const std::string& path) {
  ARGUS_ASSIGN(std::string text, ReadPrivateFile(path, kMaxFileBytes));
  auto keys = ParseKeys(text, path);
  sodium_memzero(text.data(), text.size());
  return keys;
}

Status WriteKeys(const std::string& path, const std::vector<Key>& keys) {
  std::string text(kHeader);
  for (const Key& key : keys) text += KeyLine(key);
  Status written = ReplacePrivateFile(path, text);
  sodium_memzero(text.data(), text.size());
  return written;
}

// "v1:<id>:<payload>" in its parts.
struct Envelope {
  std::string_view key_id;
  std::string payload;  // nonce, ciphertext, tag
};

std::optional<Envelope> ParseEnvelope(std::string_view text) {
  if (Cut(text, ':') != kVersion) return std::nullopt;
  const std::string_view id = Cut(text, ':');
  auto payload = Base64UrlDecode(text);
  if (!payload || payload->size() < kNonceBytes + kTagBytes) return std::nullopt;
  return Envelope{id, std::move(*payload)};
}

Error Unreadable(std::string message) {
  return Error(Code::kFailedPrecondition, reasons::kSecretUnreadable, std::move(message));
}

Result<std::string> Open(const Key& key, std::string_view payload, std::string_view associated_data) {
  const std::string_view sealed = payload.substr(kNonceBytes);
  std::string plaintext(sealed.size() - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes(plaintext), nullptr, nullptr, Bytes(sealed), sealed.size(),
                                                 Bytes(associated_data), associated_data.size(), Bytes(payload),
                                                 Bytes(key.bytes)) != 0) {
    return Unreadable("a stored secret was changed or belongs to another resource");
  }
  return plaintext;
}

}  // namespace

struct Keyring::Keys {
  std::vector<Key> list;

  const Key* Find(std::string_view id) const {
    const auto at = std::ranges::find(list, id, &Key::id);
    return at == list.end() ? nullptr : &*at;
  }
};

Keyring::~Keyring() = default;

Result<std::unique_ptr<Keyring>> Keyring::Load(std::string path) {
  if (sodium_init() < 0) return Error(Code::kInternal, reasons::kInternal, "libsodium cannot be initialised");
  std::unique_ptr<Keyring> keyring(new Keyring(std::move(path)));
  ARGUS_RETURN_IF_ERROR(keyring->Reload());
  return keyring;
}

Result<std::unique_ptr<Keyring>> Keyring::LoadOrCreate(std::string path) {
  auto loaded = Load(path);
  if (loaded.ok() || loaded.error().code() != Code::kNotFound) return loaded;
  ARGUS_ASSIGN(const FileLock lock, FileLock::Acquire(path));
  loaded = Load(path);  // Another process may have been first.
  if (loaded.ok() || loaded.error().code() != Code::kNotFound) return loaded;
  std::vector<Key> keys;
  keys.push_back(NewKey());
  ARGUS_RETURN_IF_ERROR(WriteKeys(path, keys));
  return Load(std::move(path));
}

Status Keyring::Reload() const {
  ARGUS_ASSIGN(auto list, ReadKeys(path_));
  auto keys = std::make_shared<Keys>();
  keys->list = std::move(list);
  std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
  return Ok();
}

std::shared_ptr<const Keyring::Keys> Keyring::keys() const {
  std::lock_guard lock(mutex_);
  return keys_;
}

std::string Keyring::Encrypt(std::string_view plaintext, std::string_view associated_data) const {
  const auto keys = this->keys();
  const Key& key = keys->list.front();
  std::string payload = RandomBytes(kNonceBytes);
  payload.resize(kNonceBytes + plaintext.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(payload) + kNonceBytes, nullptr, Bytes(plaintext), plaintext.size(),
                                             Bytes(associated_data), associated_data.size(), nullptr, Bytes(payload),
                                             Bytes(key.bytes));
  return fmt::format("{}:{}:{}", kVersion, key.id, Base64UrlEncode(payload));
}

Result<std::string> Keyring::Decrypt(std::string_view text, std::string_view associated_data) const {
  const auto envelope = ParseEnvelope(text);
  if (!envelope) return Unreadable("a stored secret is not of the form v1:<key id>:<ciphertext>");
  auto keys = this->keys();
  if (keys->Find(envelope->key_id) == nullptr) {
    ARGUS_RETURN_IF_ERROR(Reload());
    keys = this->keys();
  }
  const Key* key = keys->Find(envelope->key_id);
  if (key == nullptr) {
    return Unreadable(fmt::format("the key file does not hold key {}", envelope->key_id.substr(0, 2 * kIdBytes)));
  }
  return Open(*key, envelope->payload, associated_data);
}

Status Keyring::Rotate() {
  ARGUS_ASSIGN(const FileLock lock, FileLock::Acquire(path_));
  ARGUS_ASSIGN(auto list, ReadKeys(path_));
  list.insert(list.begin(), NewKey());
  ARGUS_RETURN_IF_ERROR(WriteKeys(path_, list));
  return Reload();
}

bool Keyring::IsCurrent(std::string_view text) const {
  const auto envelope = ParseEnvelope(text);
  return envelope && envelope->key_id == primary_id();
}

std::string Keyring::primary_id() const { return keys()->list.front().id; }

}  // namespace argus::secret
