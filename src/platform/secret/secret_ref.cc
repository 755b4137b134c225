#include "platform/secret/secret_ref.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/secret/private_file.h"

namespace argus::secret {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::string_view kEnvScheme = "env://";

Error NotAReference(std::string message) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, std::move(message));
}

Error Unavailable(std::string_view ref, std::string_view why) {
  return Error(Code::kFailedPrecondition, reasons::kInvalidConfiguration, fmt::format("secret {} {}", ref, why));
}

std::string_view WithoutNewline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

Result<std::string> Checked(std::string_view ref, std::string_view content) {
  const std::string_view secret = WithoutNewline(content);
  if (secret.empty()) return Unavailable(ref, "is empty");
  if (secret.size() > kMaxSecretBytes) return Unavailable(ref, "is too large");
  return std::string(secret);
}

Result<std::string> FromFile(std::string_view ref) {
  const auto path = PercentDecode(ref.substr(kFileScheme.size()));
  if (!path || !path->starts_with('/') || path->find('\0') != std::string::npos) {
    return NotAReference("a secret file is written file:///absolute/path, percent-encoded");
  }
  auto content = ReadSmallFile(*path, kMaxSecretBytes);
  if (!content.ok()) return Unavailable(ref, "cannot be read").WithCause(content.error().message());
  return Checked(ref, *content);
}

bool IsVariableName(std::string_view name) {
  const auto is_part = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !name.empty() && std::ranges::all_of(name, is_part);
}

Result<std::string> FromEnvironment(std::string_view ref) {
  const std::string name(ref.substr(kEnvScheme.size()));
  if (!IsVariableName(name)) return NotAReference("a secret variable is written env://NAME");
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return Unavailable(ref, "is not set");
  return Checked(ref, value);
}

// The one spelling of a reference; empty where its path cannot be decoded.
std::string Normalized(std::string_view ref) {
  if (!ref.starts_with(kFileScheme)) return std::string(ref);
  const auto path = PercentDecode(ref.substr(kFileScheme.size()));
  return path ? std::string(kFileScheme) + std::filesystem::path(*path).lexically_normal().string() : std::string();
}

}  // namespace

bool IsSecretRef(std::string_view text) { return text.starts_with(kFileScheme) || text.starts_with(kEnvScheme); }

bool SecretRefMatches(std::string_view ref, std::string_view pattern) {
  const std::string name = Normalized(ref);
  if (!pattern.ends_with('*')) return name == pattern;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

Result<std::string> ResolveSecretRef(std::string_view ref) {
  if (ref.starts_with(kFileScheme)) return FromFile(ref);
  if (ref.starts_with(kEnvScheme)) return FromEnvironment(ref);
  return NotAReference("a secret reference is written file:///absolute/path or env://NAME");
}

}  // namespace argus::secret
