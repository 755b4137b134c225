// Encryption of stored secrets under keys that live in a file outside the database.
//
// The key file is text, mode 0600, one key a line, newest first; '#' starts a comment line:
//
//   v1 <id: 8 hex digits> <key: 32 bytes as base64url without padding>
//
// New values are encrypted with the first key; any of them decrypts. Replicas of one server share the same file; a key is
// removed by hand once nothing is encrypted with it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::secret {

// Thread-safe. XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with a random nonce for each value.
class Keyring {
 public:
  // Makes the file with one key when there is none. INVALID_CONFIGURATION: malformed, or readable by group or others.
  static Result<std::unique_ptr<Keyring>> LoadOrCreate(std::string path);
  static Result<std::unique_ptr<Keyring>> Load(std::string path);
  ~Keyring();

  // "v1:<key id>:<base64url of nonce and ciphertext>". `associated_data` (the resource's name) must be given again to
  // decrypt, so that a value moved to another row does not open.
  std::string Encrypt(std::string_view plaintext, std::string_view associated_data) const;
  // SECRET_UNREADABLE: malformed, changed, another `associated_data`, or a key that the file does not hold. The file is read
  // again first when the key is unknown: another process may have rotated.
  Result<std::string> Decrypt(std::string_view text, std::string_view associated_data) const;
  // Adds a new primary key to the file, atomically and on disk when it returns. Older keys stay.
  Status Rotate();

  // Whether `text` is encrypted with the primary key: those that are not are to be encrypted again after a rotation.
  bool IsCurrent(std::string_view text) const;
  std::string primary_id() const;

 private:
  struct Keys;
  explicit Keyring(std::string path) : path_(std::move(path)) {}
  Status Reload() const;
  std::shared_ptr<const Keys> keys() const;

  const std::string path_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Keys> keys_;  // never empty
};

}  // namespace argus::secret
