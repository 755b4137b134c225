#include "target/sqlite/foreign_keys.h"

namespace argus::target::sqlite {
namespace {

// PRAGMA [schema .] foreign_keys { = value | ( value ) }
std::optional<std::string> ForeignKeysValue(std::string_view statement) {
  sql::Lexer lexer(statement, sql::Engine::kSqlite);
  if (!lexer.NextSignificant().IsWord("PRAGMA")) return std::nullopt;
  auto name = lexer.NextSignificant();
  auto sign = lexer.NextSignificant();
  if (sign.IsSymbol('.')) {
    name = lexer.NextSignificant();
    sign = lexer.NextSignificant();
  }
  if (!name.IsWord("FOREIGN_KEYS") || !(sign.IsSymbol('=') || sign.IsSymbol('('))) return std::nullopt;
  const auto value = lexer.NextSignificant();
  if (value.kind != sql::TokenKind::kWord && value.kind != sql::TokenKind::kNumber) return std::nullopt;
  return std::string(value.text);
}

void Set(Handle& handle, const std::string& value) { handle.Exec("PRAGMA foreign_keys = " + value); }

}  // namespace

std::optional<std::string> WantedForeignKeys(const std::vector<sql::SqlStatement>& statements) {
  for (const auto& statement : statements) {
    if (auto value = ForeignKeysValue(statement.text)) return value;
  }
  return std::nullopt;
}

ForeignKeysScope::ForeignKeysScope(Handle& handle, const std::vector<sql::SqlStatement>& statements) : handle_(handle) {
  const auto wanted = WantedForeignKeys(statements);
  if (!wanted) return;
  const auto now = handle_.Query("PRAGMA foreign_keys");
  if (!now.ok() || now->empty()) return;
  before_ = now->front()[0];
  Set(handle_, *wanted);
}

ForeignKeysScope::~ForeignKeysScope() {
  if (before_) Set(handle_, *before_);
}

}  // namespace argus::target::sqlite
