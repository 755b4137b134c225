#include "cli/credentials.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>

#include "platform/base/reasons.h"
#include "platform/secret/private_file.h"

namespace argus::cli {
namespace {

namespace json = boost::json;
constexpr std::size_t kMaxFile = 1 << 20;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The whole file; an absent or damaged one is empty.
json::object Load() {
  auto text = secret::ReadPrivateFile(CredentialsPath(), kMaxFile);
  boost::system::error_code error;
  json::value value = text.ok() ? json::parse(*text, error) : json::value(json::object());
  return !error && value.is_object() ? std::move(value.as_object()) : json::object();
}

Status Store(const json::object& credentials) {
  const std::filesystem::path path = CredentialsPath();
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    return Error(Code::kFailedPrecondition, reasons::kFileError,
                 fmt::format("{}: {}", path.parent_path().string(), error.message()));
  }
  return secret::ReplacePrivateFile(path.string(), json::serialize(credentials));
}

std::string Text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

}  // namespace

std::string CredentialsPath() {
  if (const auto path = Environment("ARGUS_CREDENTIALS"); !path.empty()) return path;
  const auto config = Environment("XDG_CONFIG_HOME");
  return (config.empty() ? Environment("HOME") + "/.config" : config) + "/argus/credentials.json";
}

Result<v1::LoginResponse> LoadCredentials(const std::string& server) {
  const json::object all = Load();
  const auto* entry = all.if_contains(server);
  if (entry == nullptr || !entry->is_object()) {
    return Error(Code::kNotFound, reasons::kFileError,
                 fmt::format("Not signed in to {0}; run `argus login --server {0}` or set ARGUS_TOKEN.", server));
  }
  v1::LoginResponse tokens;
  tokens.set_access_token(Text(entry->as_object(), "accessToken"));
  tokens.set_refresh_token(Text(entry->as_object(), "refreshToken"));
  tokens.set_user(Text(entry->as_object(), "user"));
  return tokens;
}

Status SaveCredentials(const std::string& server, const v1::LoginResponse& tokens) {
  json::object all = Load();
  all[server] = {
      {"user", tokens.user()}, {"accessToken", tokens.access_token()}, {"refreshToken", tokens.refresh_token()}};
  return Store(all);
}

Status RemoveCredentials(const std::string& server) {
  json::object all = Load();
  all.erase(server);
  return Store(all);
}

}  // namespace argus::cli
