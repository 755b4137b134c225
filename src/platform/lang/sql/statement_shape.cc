#include "platform/lang/sql/statement_shape.h"

namespace argus::sql {

void StatementShape::Add(const Token& token) {
  if (empty()) begin_ = token.offset;
  ++size_;
  end_ = token.offset + token.text.size();
  TrackLeadingWords(token);
  TrackParentheses(token);
  TrackBody(token);
  TrackCopy(token);
  previous_ = token;
}

std::optional<std::size_t> StatementShape::open_parenthesis() const {
  return depth_ > 0 ? std::optional(parenthesis_) : std::nullopt;
}

void StatementShape::TrackLeadingWords(const Token& token) {
  leading_done_ |= token.kind != TokenKind::kWord || leading_count_ == leading_.size();
  if (!leading_done_) leading_[leading_count_++] = token;
}

// SQLite has no statement with semicolons in parentheses, so there a stray one cannot swallow the rest of the script.
void StatementShape::TrackParentheses(const Token& token) {
  if (engine_ == Engine::kSqlite) return;
  if (token.IsSymbol('(') && depth_++ == 0) parenthesis_ = token.offset;
  if (token.IsSymbol(')') && depth_ > 0) --depth_;
}

void StatementShape::TrackBody(const Token& token) {
  if (open_body_ && ClosesBody(token)) {
    open_body_.reset();
    body_closed_ = true;
  } else if (!open_body_ && !body_closed_ && OpensBody(token)) {
    open_body_ = token.offset;
  }
}

bool StatementShape::OpensBody(const Token& token) const {
  if (engine_ == Engine::kSqlite) return token.IsWord("TRIGGER") && CreatesTrigger();
  return depth_ == 0 && token.IsWord("ATOMIC") && previous_.IsWord("BEGIN") && CreatesRoutine();
}

// Every statement of a body ends with a semicolon, so the body's END follows one (or opens and closes nothing), while
// the END of a CASE never does.
bool StatementShape::ClosesBody(const Token& token) const {
  return depth_ == 0 && token.IsWord("END") && (previous_.IsSymbol(';') || previous_.IsWord("ATOMIC"));
}

bool StatementShape::CreatesRoutine() const {
  const std::size_t noun = leading_[1].IsWord("OR") && leading_[2].IsWord("REPLACE") ? 3 : 1;
  return leading_[0].IsWord("CREATE") && (leading_[noun].IsWord("FUNCTION") || leading_[noun].IsWord("PROCEDURE"));
}

bool StatementShape::CreatesTrigger() const {
  const bool temporary = leading_[1].IsWord("TEMP") || leading_[1].IsWord("TEMPORARY");
  return leading_[0].IsWord("CREATE") && leading_[temporary ? 2 : 1].IsWord("TRIGGER");
}

void StatementShape::TrackCopy(const Token& token) {
  if (engine_ != Engine::kPostgres || depth_ > 0 || !leading_[0].IsWord("COPY")) return;
  copies_through_client_ |=
      (previous_.IsWord("FROM") && token.IsWord("STDIN")) || (previous_.IsWord("TO") && token.IsWord("STDOUT"));
}

}  // namespace argus::sql
