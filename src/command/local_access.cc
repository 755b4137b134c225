#include "command/local_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "command/request_checks.h"
#include "platform/base/reasons.h"
#include "platform/secret/secret_ref.h"

namespace argus::command {
namespace {

// Links and other spellings included; false where either is not there.
bool IsSameFolder(const std::string& a, const std::string& b) {
  std::error_code failed;
  return std::filesystem::equivalent(a, b, failed) && !failed;
}

}  // namespace

Status CheckLocalAccess(const LocalAccess& access) {
  for (const auto& pattern : access.secret_refs) {
    if (pattern.starts_with("env://") || pattern.starts_with("file:///")) continue;
    return Error(
        Code::kInvalidArgument, reasons::kInvalidConfiguration,
        fmt::format("--secret-refs {}: write env://NAME or file:///path, with * at the end for any rest", pattern));
  }
  return Ok();
}

Status CheckReach(const LocalAccess& access, const v1::Instance& instance) {
  const std::string& ref = instance.password_ref();
  const auto names = [&](const std::string& pattern) { return secret::SecretRefMatches(ref, pattern); };
  if (!ref.empty() && std::ranges::none_of(access.secret_refs, names)) {
    return InvalidField("instance.passwordRef", fmt::format("This server lets instances refer to {} only.",
                                                            fmt::join(access.secret_refs, ", ")));
  }
  if (!access.metastore_folder.empty() && IsSameFolder(instance.data_dir(), access.metastore_folder)) {
    return InvalidField("instance.dataDir", "Argus keeps its own metastore there.");
  }
  return Ok();
}

}  // namespace argus::command
