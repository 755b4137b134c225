#include "review/postgres_statement.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace argus::review {
namespace {

// The bit of INCLUDING INDEXES in TableLikeClause.options (src/include/nodes/parsenodes.h, PostgreSQL 15).
constexpr std::uint32_t kLikeIndexes = 1u << 6;

std::span<PgQuery__Node* const> Nodes(PgQuery__Node* const* nodes, std::size_t size) { return {nodes, size}; }

TableName NameOf(const PgQuery__RangeVar* relation) {
  return relation == nullptr ? TableName{} : TableName{relation->schemaname, relation->relname};
}

bool IsTemporary(const PgQuery__RangeVar* relation) {
  return relation != nullptr && std::string_view(relation->relpersistence) == "t";
}

bool IsPrimaryKey(const PgQuery__Node* node) {
  return node->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
         node->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
}

bool HoldsPrimaryKey(const PgQuery__Node* node) {
  if (node->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE) return node->table_like_clause->options & kLikeIndexes;
  if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF) return IsPrimaryKey(node);
  const auto constraints = Nodes(node->column_def->constraints, node->column_def->n_constraints);
  return std::any_of(constraints.begin(), constraints.end(), IsPrimaryKey);
}

bool AddsPrimaryKey(const PgQuery__Node* node) {
  if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) return false;
  const auto* definition = node->alter_table_cmd->def;
  return definition != nullptr && HoldsPrimaryKey(definition);
}

class TreeReader {
 public:
  Statement Read(const PgQuery__ParseResult& tree) {
    for (std::size_t i = 0; i < tree.n_stmts; ++i) ReadTop(tree.stmts[i]->stmt);
    return std::move(statement_);
  }

 private:
  void ReadTop(const PgQuery__Node* node) {
    if (node == nullptr) return;
    if (node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT) AddType("SELECT");
    Push(node->base);
    while (!open_.empty()) {
      const auto* message = open_.back();
      open_.pop_back();
      Visit(*message);
    }
  }

  void Visit(const ProtobufCMessage& message) {
    if (message.descriptor == &pg_query__node__descriptor) {
      return VisitNode(reinterpret_cast<const PgQuery__Node&>(message));
    }
    for (unsigned i = 0; i < message.descriptor->n_fields; ++i) PushField(message, message.descriptor->fields[i]);
  }

  void VisitNode(const PgQuery__Node& node) {
    switch (node.node_case) {
      case PG_QUERY__NODE__NODE__NOT_SET:
      case PG_QUERY__NODE__NODE_RULE_STMT:
      case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
        return;
      case PG_QUERY__NODE__NODE_INSERT_STMT:
        AddType("INSERT");
        break;
      case PG_QUERY__NODE__NODE_MERGE_STMT:
        AddType("MERGE");
        break;
      case PG_QUERY__NODE__NODE_UPDATE_STMT:
        AddWrite("UPDATE", *node.update_stmt);
        break;
      case PG_QUERY__NODE__NODE_DELETE_STMT:
        AddWrite("DELETE", *node.delete_stmt);
        break;
      case PG_QUERY__NODE__NODE_CREATE_STMT:
        AddTable(*node.create_stmt);
        break;
      case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        AddTable(*node.create_table_as_stmt);
        break;
      case PG_QUERY__NODE__NODE_SELECT_STMT:
        AddTableOf(node.select_stmt->into_clause);
        break;
      case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        AddPrimaryKey(*node.alter_table_stmt);
        break;
      default:
        break;
    }
    // Every alternative of the node is a message.
    Push(node.alias->base);
  }

  void Push(const ProtobufCMessage& message) { open_.push_back(&message); }

  void PushField(const ProtobufCMessage& message, const ProtobufCFieldDescriptor& field) {
    if (field.type != PROTOBUF_C_TYPE_MESSAGE) return;
    const auto* bytes = reinterpret_cast<const char*>(&message);
    const auto* member = bytes + field.offset;
    if (field.label == PROTOBUF_C_LABEL_REPEATED) {
      const auto size = *reinterpret_cast<const std::size_t*>(bytes + field.quantifier_offset);
      const auto* list = *reinterpret_cast<ProtobufCMessage* const* const*>(member);
      open_.insert(open_.end(), list, list + size);
    } else if (const auto* child = *reinterpret_cast<ProtobufCMessage* const*>(member); child != nullptr) {
      Push(*child);
    }
  }

  void AddType(std::string_view type) {
    auto& types = statement_.types;
    if (std::find(types.begin(), types.end(), type) == types.end()) types.emplace_back(type);
  }

  void AddWrite(std::string_view verb, const auto& write) {
    AddType(verb);
    statement_.writes.push_back({std::string(verb), NameOf(write.relation), write.where_clause != nullptr});
  }

  void AddTable(const PgQuery__CreateStmt& create) {
    AddType("CREATE_TABLE");
    const auto elements = Nodes(create.table_elts, create.n_table_elts);
    const auto constraints = Nodes(create.constraints, create.n_constraints);
    statement_.created_tables.push_back(
        {.name = NameOf(create.relation),
         .temporary = IsTemporary(create.relation),
         .partition = create.partbound != nullptr,
         .has_primary_key = std::any_of(elements.begin(), elements.end(), HoldsPrimaryKey) ||
                            std::any_of(constraints.begin(), constraints.end(), IsPrimaryKey)});
  }

  void AddTable(const PgQuery__CreateTableAsStmt& create) {
    if (create.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) AddTableOf(create.into);
  }

  void AddTableOf(const PgQuery__IntoClause* into) {
    if (into == nullptr) return;
    AddType("CREATE_TABLE");
    statement_.created_tables.push_back(
        {.name = NameOf(into->rel), .temporary = IsTemporary(into->rel), .from_query = true});
  }

  void AddPrimaryKey(const PgQuery__AlterTableStmt& alter) {
    const auto commands = Nodes(alter.cmds, alter.n_cmds);
    if (std::any_of(commands.begin(), commands.end(), AddsPrimaryKey)) {
      statement_.primary_keys_added.push_back(NameOf(alter.relation));
    }
  }

  Statement statement_;
  std::vector<const ProtobufCMessage*> open_;
};

}  // namespace

Statement ReadPostgresStatement(const PgQuery__ParseResult& tree) { return TreeReader().Read(tree); }

}  // namespace argus::review
