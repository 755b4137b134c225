#include "target/sqlite/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace argus::target::sqlite {
namespace {

constexpr std::array<std::string_view, 7> kFixedPragmas = {
    "journal_mode",         "locking_mode",         "synchronous",   "writable_schema",
    "data_store_directory", "temp_store_directory", "trusted_schema"};

std::string_view View(const char* text) { return text == nullptr ? std::string_view() : text; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sqlite3_strnicmp(a.data(), b.data(), static_cast<int>(a.size())) == 0;
}

bool IsFixed(std::string_view pragma) {
  return std::any_of(kFixedPragmas.begin(), kFixedPragmas.end(),
                     [&](std::string_view fixed) { return EqualsIgnoringCase(fixed, pragma); });
}

}  // namespace

Guard::Guard(sqlite3* database) : database_(database) { sqlite3_set_authorizer(database_, Authorize, this); }

Guard::~Guard() { sqlite3_set_authorizer(database_, nullptr, nullptr); }

int Guard::Refuse(std::string what) {
  refusal_ = std::move(what);
  return SQLITE_DENY;
}

int Guard::Authorize(void* self, int action, const char* first, const char* second, const char*, const char*) {
  auto& guard = *static_cast<Guard*>(self);
  switch (action) {
    case SQLITE_ATTACH:
      return guard.Refuse("ATTACH is not allowed in a script");
    case SQLITE_DETACH:
      return guard.Refuse("DETACH is not allowed in a script");
    case SQLITE_TRANSACTION:
      return guard.Refuse("transaction control is not allowed in a script");
    case SQLITE_FUNCTION:
      if (!EqualsIgnoringCase(View(second), "load_extension")) return SQLITE_OK;
      return guard.Refuse("loading extensions is not allowed in a script");
    case SQLITE_PRAGMA:
      if (second == nullptr || !IsFixed(View(first))) return SQLITE_OK;
      return guard.Refuse(fmt::format("PRAGMA {} cannot be changed by a script", View(first)));
    default:
      return SQLITE_OK;
  }
}

}  // namespace argus::target::sqlite
