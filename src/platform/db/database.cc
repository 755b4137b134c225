#include "platform/db/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/db/errors.h"
#include "platform/db/postgres_database.h"
#include "platform/db/sqlite_database.h"

namespace argus::db {
namespace {

constexpr std::string_view kSqlitePrefix = "sqlite:";

[[noreturn]] void Misuse(std::string_view column, std::string_view what) {
  fmt::print(stderr, "db::Row: column \"{}\" {}\n", column, what);
  std::abort();
}

template <typename T>
const T& Held(const Value& value, const T& null, std::string_view column, std::string_view type) {
  if (const T* held = std::get_if<T>(&value)) return *held;
  if (std::holds_alternative<std::monostate>(value)) return null;
  Misuse(column, fmt::format("is not {}", type));
}

const std::string kNoText;
const Bytes kNoBytes;

bool LooksLikePostgres(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://") || url.find('=') != std::string_view::npos;
}

}  // namespace

const Value& Row::At(std::string_view column) const {
  auto found = std::find(columns_->begin(), columns_->end(), column);
  if (found == columns_->end()) Misuse(column, "is not selected");
  return values_[static_cast<std::size_t>(found - columns_->begin())];
}

bool Row::IsNull(std::string_view column) const { return std::holds_alternative<std::monostate>(At(column)); }

std::int64_t Row::Int(std::string_view column) const {
  return Held<std::int64_t>(At(column), 0, column, "an integer");
}

// An expression over whole numbers is an integer on SQLite where PostgreSQL answers float8.
double Row::Double(std::string_view column) const {
  const Value& value = At(column);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return Held<double>(value, 0.0, column, "a number");
}

const std::string& Row::Text(std::string_view column) const {
  return Held<std::string>(At(column), kNoText, column, "text");
}

const std::string& Row::Blob(std::string_view column) const {
  return Held<Bytes>(At(column), kNoBytes, column, "a blob").data;
}

Result<std::unique_ptr<Database>> Database::Open(Options options) {
  if (options.url.starts_with(kSqlitePrefix)) {
    std::string path = options.url.substr(kSqlitePrefix.size());
    return OpenSqlite(std::move(path), std::move(options));
  }
  if (LooksLikePostgres(options.url)) return OpenPostgres(std::move(options));
  return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
               "A database URL is sqlite:<path>, postgresql://… or a libpq connection string.");
}

bool Database::ShouldRetry(const RequestContext& ctx, const Error& error, int attempt) {
  return attempt < kMaxAttempts && IsSerializationConflict(error) && !ctx.expired(std::chrono::steady_clock::now());
}

// Full jitter under a doubling ceiling: 4, 8, … 256 ms.
void Database::Backoff(int attempt) {
  const std::string random = RandomBytes(2);
  const auto draw = static_cast<unsigned char>(random[0]) << 8 | static_cast<unsigned char>(random[1]);
  const std::int64_t ceiling = std::int64_t{2000} << std::min(attempt, 7);
  std::this_thread::sleep_for(std::chrono::microseconds(ceiling * draw / 0xFFFF));
}

}  // namespace argus::db
