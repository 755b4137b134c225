#include "review/sqlite_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace argus::review {
namespace {

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

// Any text is a type in SQLite, once quoted.
std::string Column(const v1::ColumnMetadata& column) {
  return column.type().empty() ? Quoted(column.name()) : Quoted(column.name()) + " " + Quoted(column.type());
}

std::string Key(std::string_view kind, const v1::ConstraintMetadata& constraint) {
  std::vector<std::string> columns;
  for (const auto& column : constraint.columns()) columns.push_back(Quoted(column));
  return fmt::format("{} ({})", kind, fmt::join(columns, ", "));
}

std::string Table(const v1::TableMetadata& table) {
  std::vector<std::string> parts;
  for (const auto& column : table.columns()) parts.push_back(Column(column));
  for (const auto& constraint : table.constraints()) {
    if (constraint.type() == v1::ConstraintMetadata::PRIMARY_KEY) parts.push_back(Key("PRIMARY KEY", constraint));
    if (constraint.type() == v1::ConstraintMetadata::UNIQUE) parts.push_back(Key("UNIQUE", constraint));
  }
  return fmt::format("CREATE TABLE {} ({})", Quoted(table.name()), fmt::join(parts, ", "));
}

void AddDefinition(std::vector<std::string>& definitions, const std::string& definition) {
  if (!definition.empty()) definitions.push_back(definition);
}

}  // namespace

std::vector<std::string> SqliteDefinitions(const v1::DatabaseSchema& schema) {
  std::vector<std::string> definitions;
  for (const auto& part : schema.schemas()) {
    for (const auto& table : part.tables()) definitions.push_back(Table(table));
    for (const auto& table : part.tables()) {
      for (const auto& index : table.indexes()) AddDefinition(definitions, index.definition());
    }
    for (const auto& view : part.views()) AddDefinition(definitions, view.definition());
    for (const auto& table : part.tables()) {
      for (const auto& trigger : table.triggers()) AddDefinition(definitions, trigger.definition());
    }
  }
  return definitions;
}

}  // namespace argus::review
