#include "target/sqlite/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "platform/base/reasons.h"

namespace argus::target::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".db";

bool IsPlainName(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

Result<std::string> DatabasePath(const ConnectionSpec& spec) {
  if (!IsPlainName(spec.database)) {
    return Error(Code::kInvalidArgument, reasons::kInvalidField, "the database's name cannot be the name of a file");
  }
  return (fs::path(spec.data_dir) / fs::path(spec.database + std::string(kSuffix))).string();
}

Result<std::vector<std::string>> ListDatabaseFiles(const std::string& data_dir) {
  std::error_code failure;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(data_dir, failure), end; !failure && entry != end; entry.increment(failure)) {
    std::error_code unreadable;
    const auto& path = entry->path();
    const auto name = path.stem().string();
    if (path.extension() == kSuffix && entry->is_regular_file(unreadable) && IsPlainName(name) && IsValidUtf8(name)) {
      names.push_back(name);
    }
  }
  if (failure) {
    return Error(Code::kFailedPrecondition, reasons::kConnectionFailed,
                 fmt::format("the data folder cannot be read: {}", failure.message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace argus::target::sqlite
