// PostgreSQL's own parser, as libpg-query 15 offers it.
#include <pg_query.h>

#include <algorithm>
#include <memory>
#include <string>

#include "platform/lang/sql/position.h"
#include "review/parser.h"
#include "review/postgres_statement.h"
#include "review/statement_type.h"

namespace argus::review {
namespace {

class ParseResult {
 public:
  explicit ParseResult(const std::string& sql) : result_(pg_query_parse_protobuf(sql.c_str())) {}
  ~ParseResult() { pg_query_free_protobuf_parse_result(result_); }
  ParseResult(const ParseResult&) = delete;
  ParseResult& operator=(const ParseResult&) = delete;

  const PgQueryError* error() const { return result_.error; }
  auto Unpack() const {
    const auto& packed = result_.parse_tree;
    auto* tree =
        pg_query__parse_result__unpack(nullptr, packed.len, reinterpret_cast<const std::uint8_t*>(packed.data));
    return std::unique_ptr<PgQuery__ParseResult, Free>(tree);
  }

 private:
  struct Free {
    void operator()(PgQuery__ParseResult* tree) const { pg_query__parse_result__free_unpacked(tree, nullptr); }
  };
  PgQueryProtobufParseResult result_;
};

// Not about the text but about what it cost (utils/mmgr, tcop/postgres.c).
bool IsLimit(std::string_view message) {
  return message.starts_with("out of memory") || message.starts_with("stack depth limit") ||
         message.starts_with("memory exhausted") || message.starts_with("invalid memory alloc");
}

class PostgresParser final : public Parser {
 public:
  Parse Judge(std::string_view text) override {
    const ParseResult result{std::string(text)};
    if (result.error() != nullptr) return Failure(text, *result.error());
    const auto tree = result.Unpack();
    if (tree == nullptr) return {.outcome = Outcome::kTooComplex, .message = "The parse tree is too large."};
    Parse parse{.statement = ReadPostgresStatement(*tree)};
    AddOwnType(text, parse.statement.types);
    return parse;
  }

 private:
  static Parse Failure(std::string_view text, const PgQueryError& error) {
    if (IsLimit(error.message)) return {.outcome = Outcome::kTooComplex, .message = error.message};
    const auto code_point = static_cast<std::size_t>(std::max(error.cursorpos, 1) - 1);
    return {
        .outcome = Outcome::kSyntaxError, .message = error.message, .offset = sql::OffsetOfCodePoint(text, code_point)};
  }

  static void AddOwnType(std::string_view text, std::vector<std::string>& types) {
    auto type = StatementType(text, sql::Engine::kPostgres);
    if (!type.empty() && std::find(types.begin(), types.end(), type) == types.end()) types.push_back(std::move(type));
  }
};

}  // namespace

std::unique_ptr<Parser> NewPostgresParser() { return std::make_unique<PostgresParser>(); }

}  // namespace argus::review
