#include "target/sqlite/schema_sync.h"

#include <fmt/format.h>

#include <map>

#include "platform/base/encoding.h"
#include "target/fingerprint.h"
#include "target/sqlite/marker.h"
#include "target/sqlite/table_checks.h"

namespace argus::target::sqlite {
namespace {

#define ARGUS_TABLES                                                                     \
  "FROM pragma_table_list t WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') " \
  "AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name <> 'argus_task_marker'"
#define ARGUS_OF_TABLES(pragma) "FROM (SELECT t.name " ARGUS_TABLES ") t JOIN pragma_" pragma "(t.name, 'main') x"

// table, kind, text
constexpr auto kTables =
    "SELECT t.name, CASE t.type WHEN 'virtual' THEN 'VIRTUAL TABLE' ELSE 'TABLE' END, "
    "(SELECT s.sql FROM main.sqlite_schema s WHERE s.type = 'table' AND s.name = t.name) " ARGUS_TABLES " ORDER BY 1";
// table, column, type, nullable, default
constexpr auto kColumns = "SELECT t.name, x.name, x.type, x.\"notnull\" = 0, x.dflt_value " ARGUS_OF_TABLES(
    "table_xinfo") " WHERE x.hidden <> 1 ORDER BY 1, x.cid";
// table, column of the primary key
constexpr auto kPrimaryKeys = "SELECT t.name, x.name " ARGUS_OF_TABLES("table_info") " WHERE x.pk > 0 ORDER BY 1, x.pk";
// table, index, origin (c: CREATE INDEX, u: UNIQUE, pk), unique, text, expression: a row for each key
constexpr auto kIndexes =
    "SELECT t.name, x.name, x.origin, x.\"unique\", "
    "(SELECT s.sql FROM main.sqlite_schema s WHERE s.type = 'index' AND s.name = x.name), k.name " ARGUS_OF_TABLES(
        "index_list") " JOIN pragma_index_xinfo(x.name, 'main') k WHERE k.key = 1 ORDER BY 1, 2, k.seqno";
// table, id, column, referenced table, referenced column, on update, on delete: a row for each column
constexpr auto kForeignKeys =
    "SELECT t.name, x.id, x.\"from\", x.\"table\", x.\"to\", x.on_update, x.on_delete " ARGUS_OF_TABLES(
        "foreign_key_list") " ORDER BY 1, 2, x.seq";
constexpr auto kTriggers = "SELECT tbl_name, name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY 1, 2";
constexpr auto kViews = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'view' ORDER BY 1";
#undef ARGUS_TABLES
#undef ARGUS_OF_TABLES

std::string Text(const Cells& row, std::size_t column) { return ReplaceInvalidUtf8(row.at(column).value_or("")); }

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::string joined;
  for (const auto& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

// Puts rows where they belong. A row whose table was not listed is dropped.
class Assembler {
 public:
  Assembler() : schema_(result_.add_schemas()) { schema_->set_name("main"); }

  void AddTable(const Cells& row) {
    auto* table = schema_->add_tables();
    table->set_name(Text(row, 0));
    table->set_kind(Text(row, 1));
    table->set_estimated_rows(-1);
    tables_[Text(row, 0)] = table;
    for (auto& check : FindChecks(Text(row, 2))) {
      AddConstraint(table, v1::ConstraintMetadata::CHECK, check.name)->set_definition(check.definition);
    }
  }
  void AddColumn(const Cells& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto* column = table->add_columns();
    column->set_name(Text(row, 1));
    column->set_type(Text(row, 2));
    column->set_nullable(Text(row, 3) == "1");
    column->set_default_expression(Text(row, 4));
    column->set_position(table->columns_size());
  }
  void AddPrimaryKeyColumn(const Cells& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto* key = LastConstraint(table, v1::ConstraintMetadata::PRIMARY_KEY, "");
    key->add_columns(Text(row, 1));
    key->set_definition(fmt::format("PRIMARY KEY ({})", Joined(key->columns())));
  }
  void AddIndexKey(const Cells& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    const auto name = Text(row, 1), origin = Text(row, 2);
    auto& indexes = *table->mutable_indexes();
    if (indexes.empty() || indexes.rbegin()->name() != name) {
      auto* index = indexes.Add();
      index->set_name(name);
      index->set_definition(Text(row, 4));
      index->set_unique(Text(row, 3) == "1");
      index->set_primary(origin == "pk");
      index->set_valid(true);
    }
    const auto column = Text(row, 5);
    indexes.rbegin()->add_expressions(column.empty() ? "(expression)" : column);
    if (origin == "u") AddUniqueColumn(table, name, column);
  }
  void AddForeignKeyColumn(const Cells& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto* key = LastConstraint(table, v1::ConstraintMetadata::FOREIGN_KEY, fmt::format("foreign_key_{}", Text(row, 1)));
    key->add_columns(Text(row, 2));
    auto& referenced = referenced_columns_[key];
    if (row.at(4)) referenced += (referenced.empty() ? "" : ", ") + Text(row, 4);
    key->set_definition(fmt::format("FOREIGN KEY ({}) REFERENCES {}{} ON UPDATE {} ON DELETE {}",
                                    Joined(key->columns()), Text(row, 3),
                                    referenced.empty() ? "" : " (" + referenced + ")", Text(row, 5), Text(row, 6)));
  }
  void AddTrigger(const Cells& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto* trigger = table->add_triggers();
    trigger->set_name(Text(row, 1));
    trigger->set_definition(Text(row, 2));
  }
  void AddView(const Cells& row) {
    auto* view = schema_->add_views();
    view->set_name(Text(row, 0));
    view->set_definition(Text(row, 1));
  }

  v1::DatabaseSchema Finish() && {
    result_.set_fingerprint(Fingerprint(result_));
    return std::move(result_);
  }

 private:
  v1::TableMetadata* TableOf(const Cells& row) const {
    const auto found = tables_.find(Text(row, 0));
    return found == tables_.end() ? nullptr : found->second;
  }
  static v1::ConstraintMetadata* AddConstraint(v1::TableMetadata* table, v1::ConstraintMetadata::Type type,
                                               const std::string& name) {
    auto* constraint = table->add_constraints();
    constraint->set_type(type);
    constraint->set_name(name);
    return constraint;
  }
  // The constraint that the row before belonged to, or a new one.
  static v1::ConstraintMetadata* LastConstraint(v1::TableMetadata* table, v1::ConstraintMetadata::Type type,
                                                const std::string& name) {
    auto& constraints = *table->mutable_constraints();
    const bool same =
        !constraints.empty() && constraints.rbegin()->type() == type && constraints.rbegin()->name() == name;
    return same ? &*constraints.rbegin() : AddConstraint(table, type, name);
  }
  static void AddUniqueColumn(v1::TableMetadata* table, const std::string& index, const std::string& column) {
    auto* unique = LastConstraint(table, v1::ConstraintMetadata::UNIQUE, index);
    unique->add_columns(column);
    unique->set_definition(fmt::format("UNIQUE ({})", Joined(unique->columns())));
  }

  v1::DatabaseSchema result_;
  v1::SchemaMetadata* schema_;
  std::map<std::string, v1::TableMetadata*> tables_;
  std::map<const v1::ConstraintMetadata*, std::string> referenced_columns_;
};

struct Part {
  const char* query;
  void (Assembler::*add)(const Cells&);
};

constexpr Part kParts[] = {
    {kTables, &Assembler::AddTable},
    {kColumns, &Assembler::AddColumn},
    {kPrimaryKeys, &Assembler::AddPrimaryKeyColumn},
    {kIndexes, &Assembler::AddIndexKey},
    {kForeignKeys, &Assembler::AddForeignKeyColumn},
    {kTriggers, &Assembler::AddTrigger},
    {kViews, &Assembler::AddView},
};

Status ReadParts(Handle& handle, Assembler& assembler) {
  for (const auto& part : kParts) {
    ARGUS_ASSIGN(const auto rows, handle.Query(part.query));
    for (const auto& row : rows) (assembler.*part.add)(row);
  }
  return Ok();
}

}  // namespace

Result<v1::DatabaseSchema> ReadSchema(Handle& handle) {
  if (const auto error = handle.Exec("BEGIN")) return QueryError(*error);
  Assembler assembler;
  const auto status = ReadParts(handle, assembler);
  handle.Exec("ROLLBACK");
  if (!status.ok()) return status.error();
  return std::move(assembler).Finish();
}

}  // namespace argus::target::sqlite
