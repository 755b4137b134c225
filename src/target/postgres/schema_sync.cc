#include "target/postgres/schema_sync.h"

#include <charconv>
#include <functional>
#include <map>
#include <utility>

#include "platform/base/encoding.h"
#include "target/fingerprint.h"
#include "target/postgres/catalog_queries.h"
#include "target/postgres/marker.h"

namespace argus::target::postgres {
namespace {

// A row with NULL read as "". A database with another encoding than UTF-8 cannot put anything else into a message.
class Row {
 public:
  explicit Row(const Cells& cells) : cells_(cells) {}
  std::string Text(std::size_t column) const { return ReplaceInvalidUtf8(cells_.at(column).value_or("")); }
  bool Bool(std::size_t column) const { return cells_.at(column) == "t"; }
  bool IsNull(std::size_t column) const { return !cells_.at(column).has_value(); }
  std::int64_t Int(std::size_t column) const {
    const auto digits = cells_.at(column).value_or("");
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  }

 private:
  const Cells& cells_;
};

v1::ConstraintMetadata::Type ConstraintType(const std::string& contype) {
  switch (contype.empty() ? '\0' : contype[0]) {
    case 'p':
      return v1::ConstraintMetadata::PRIMARY_KEY;
    case 'u':
      return v1::ConstraintMetadata::UNIQUE;
    case 'f':
      return v1::ConstraintMetadata::FOREIGN_KEY;
    case 'c':
      return v1::ConstraintMetadata::CHECK;
    default:
      return v1::ConstraintMetadata::EXCLUSION;
  }
}

// Puts rows where they belong. A row whose parent was not listed is dropped.
class Assembler {
 public:
  void AddSchema(const Row& row) {
    auto* schema = result_.add_schemas();
    schema->set_name(row.Text(0));
    schemas_[row.Text(0)] = schema;
  }
  void AddTable(const Row& row) {
    auto* schema = SchemaOf(row);
    if (schema == nullptr) return;
    auto* table = schema->add_tables();
    table->set_name(row.Text(1));
    table->set_kind(row.Text(2));
    table->set_estimated_rows(row.Int(3));
    table->set_comment(row.Text(4));
    tables_[{row.Text(0), row.Text(1)}] = table;
  }
  void AddColumn(const Row& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto* column = table->add_columns();
    column->set_name(row.Text(2));
    column->set_type(row.Text(3));
    column->set_nullable(row.Bool(4));
    column->set_default_expression(row.Text(5));
    column->set_comment(row.Text(6));
    column->set_position(table->columns_size());
  }
  void AddIndexKey(const Row& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto& indexes = *table->mutable_indexes();
    if (indexes.empty() || indexes.rbegin()->name() != row.Text(2)) {
      auto* index = indexes.Add();
      index->set_name(row.Text(2));
      index->set_definition(row.Text(3));
      index->set_unique(row.Bool(4));
      index->set_primary(row.Bool(5));
      index->set_valid(row.Bool(6));
    }
    indexes.rbegin()->add_expressions(row.Text(7));
  }
  void AddConstraintColumn(const Row& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto& constraints = *table->mutable_constraints();
    if (constraints.empty() || constraints.rbegin()->name() != row.Text(2)) {
      auto* constraint = constraints.Add();
      constraint->set_name(row.Text(2));
      constraint->set_type(ConstraintType(row.Text(3)));
      constraint->set_definition(row.Text(4));
    }
    if (!row.IsNull(5)) constraints.rbegin()->add_columns(row.Text(5));
  }
  void AddTrigger(const Row& row) {
    auto* table = TableOf(row);
    if (table == nullptr) return;
    auto* trigger = table->add_triggers();
    trigger->set_name(row.Text(2));
    trigger->set_definition(row.Text(3));
  }
  void AddView(const Row& row) {
    auto* schema = SchemaOf(row);
    if (schema == nullptr) return;
    auto* view = schema->add_views();
    view->set_name(row.Text(1));
    view->set_definition(row.Text(2));
    view->set_materialized(row.Bool(3));
  }
  void AddFunction(const Row& row) {
    auto* schema = SchemaOf(row);
    if (schema == nullptr) return;
    auto* function = schema->add_functions();
    function->set_name(row.Text(1));
    function->set_signature(row.Text(1) + "(" + row.Text(2) + ")");
    function->set_definition(row.Text(3));
  }
  void AddSequence(const Row& row) {
    auto* schema = SchemaOf(row);
    if (schema == nullptr) return;
    auto* sequence = schema->add_sequences();
    sequence->set_name(row.Text(1));
    sequence->set_data_type(row.Text(2));
  }
  void AddType(const Row& row) {
    auto* schema = SchemaOf(row);
    if (schema == nullptr) return;
    auto* type = schema->add_types();
    type->set_name(row.Text(1));
    type->set_kind(row.Text(2));
    type->set_definition(row.Text(3));
  }

  v1::DatabaseSchema Finish() && {
    DropOwnSchema();
    result_.set_fingerprint(Fingerprint(result_));
    return std::move(result_);
  }

 private:
  v1::SchemaMetadata* SchemaOf(const Row& row) const {
    const auto found = schemas_.find(row.Text(0));
    return found == schemas_.end() ? nullptr : found->second;
  }
  v1::TableMetadata* TableOf(const Row& row) const {
    const auto found = tables_.find({row.Text(0), row.Text(1)});
    return found == tables_.end() ? nullptr : found->second;
  }
  // The marker's schema is ours unless somebody else keeps something there.
  void DropOwnSchema() {
    auto& schemas = *result_.mutable_schemas();
    for (auto it = schemas.begin(); it != schemas.end(); ++it) {
      const bool empty = it->tables().empty() && it->views().empty() && it->functions().empty() &&
                         it->sequences().empty() && it->types().empty();
      if (it->name() != kMarkerSchema || !empty) continue;
      schemas.erase(it);
      return;
    }
  }

  v1::DatabaseSchema result_;
  std::map<std::string, v1::SchemaMetadata*> schemas_;
  std::map<std::pair<std::string, std::string>, v1::TableMetadata*> tables_;
};

struct Part {
  const char* query;
  void (Assembler::*add)(const Row&);
};

// Parents before their children.
constexpr Part kParts[] = {
    {catalog::kSchemas, &Assembler::AddSchema},
    {catalog::kTables, &Assembler::AddTable},
    {catalog::kColumns, &Assembler::AddColumn},
    {catalog::kIndexes, &Assembler::AddIndexKey},
    {catalog::kConstraints, &Assembler::AddConstraintColumn},
    {catalog::kTriggers, &Assembler::AddTrigger},
    {catalog::kViews, &Assembler::AddView},
    {catalog::kFunctions, &Assembler::AddFunction},
    {catalog::kSequences, &Assembler::AddSequence},
    {catalog::kTypes, &Assembler::AddType},
};

Status ReadPart(const RequestContext& ctx, Session& session, const Part& part, Assembler& assembler) {
  const auto reply = session.Query(ctx, part.query);
  if (!reply.done()) return QueryError(reply);
  for (const auto& cells : reply.rows) (assembler.*part.add)(Row(cells));
  return Ok();
}

Status ReadParts(const RequestContext& ctx, Session& session, Assembler& assembler) {
  for (const auto& part : kParts) ARGUS_RETURN_IF_ERROR(ReadPart(ctx, session, part, assembler));
  return Ok();
}

}  // namespace

Result<v1::DatabaseSchema> ReadSchema(const RequestContext& ctx, Session& session) {
  const auto begun =
      session.Send(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog");
  if (!begun.done()) return QueryError(begun);
  Assembler assembler;
  const auto status = ReadParts(ctx, session, assembler);
  const auto ended = session.Send(ctx, "ROLLBACK");
  if (!status.ok()) return status.error();
  if (!ended.done()) return QueryError(ended);
  return std::move(assembler).Finish();
}

}  // namespace argus::target::postgres
