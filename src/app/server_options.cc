#include "app/server_options.h"

#include <fmt/format.h>

#include <filesystem>

#include "platform/base/reasons.h"
#include "platform/secret/private_file.h"

namespace argus::app {
namespace {

constexpr std::string_view kSqliteScheme = "sqlite:";
constexpr std::size_t kMaxUrlFile = 16 << 10;

std::string Trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

Result<std::string> MetastoreUrl(const ServerOptions& options) {
  if (!options.metastore_url.empty() && !options.metastore_url_file.empty()) {
    return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
                 "Give --metastore-url or --metastore-url-file, not both.");
  }
  if (!options.metastore_url.empty()) return options.metastore_url;
  if (options.metastore_url_file.empty()) return fmt::format("sqlite:{}/argus.db", options.data_dir);
  auto url = secret::ReadSmallFile(options.metastore_url_file, kMaxUrlFile);
  if (!url.ok()) {
    return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
                 fmt::format("--metastore-url-file: {}", url.error().message()));
  }
  return Trimmed(*std::move(url));
}

Result<std::string> MetricsToken(const ServerOptions& options) {
  const auto refuse = [](std::string_view why) {
    return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration, fmt::format("--metrics-token-file: {}", why));
  };
  if (options.metrics_address.empty()) return refuse("it guards the listener of --metrics-address, which is not given");
  auto token = secret::ReadSmallFile(options.metrics_token_file, kMaxUrlFile);
  if (!token.ok()) return refuse(token.error().message());
  const std::string text = Trimmed(*std::move(token));
  if (text.empty()) return refuse("the file is empty");
  return text;
}

std::string KeyFile(const ServerOptions& options) {
  return options.key_file.empty() ? options.data_dir + "/keys" : options.key_file;
}

command::LocalAccess LocalAccessOf(const ServerOptions& options, const std::string& metastore_url) {
  command::LocalAccess access{.secret_refs = options.secret_refs, .metastore_folder = {}};
  if (!metastore_url.starts_with(kSqliteScheme)) return access;
  const std::string file = metastore_url.substr(kSqliteScheme.size());
  access.metastore_folder = std::filesystem::absolute(file).parent_path().string();
  return access;
}

}  // namespace argus::app
