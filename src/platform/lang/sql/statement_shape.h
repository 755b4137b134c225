// What a splitter remembers of the statement it is in, to know which semicolon ends it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "platform/lang/sql/lexer.h"

namespace argus::sql {

// Fed with the significant tokens of one statement in order. Cheap to make; not thread-safe.
class StatementShape {
 public:
  explicit StatementShape(Engine engine) : engine_(engine) {}

  void Add(const Token& token);

  bool empty() const { return size_ == 0; }
  // A semicolon here ends the statement.
  bool EndsAtSemicolon() const { return !open_body_ && depth_ == 0; }
  std::size_t begin() const { return begin_; }  // offset of the first token
  std::size_t end() const { return end_; }      // offset behind the last token
  // COPY … FROM STDIN or TO STDOUT: data that travels outside of SQL.
  bool copies_through_client() const { return copies_through_client_; }
  // Where the outermost parenthesis, or the body, was opened that is still open.
  std::optional<std::size_t> open_parenthesis() const;
  std::optional<std::size_t> open_body() const { return open_body_; }

 private:
  void TrackLeadingWords(const Token& token);
  void TrackParentheses(const Token& token);
  void TrackBody(const Token& token);
  void TrackCopy(const Token& token);
  bool OpensBody(const Token& token) const;
  bool ClosesBody(const Token& token) const;
  bool CreatesRoutine() const;
  bool CreatesTrigger() const;

  Engine engine_;
  std::array<Token, 4> leading_;  // The words that the statement starts with, until another token.
  std::size_t leading_count_ = 0;
  bool leading_done_ = false;
  Token previous_;
  std::size_t size_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t depth_ = 0;
  std::size_t parenthesis_ = 0;
  std::optional<std::size_t> open_body_;
  bool body_closed_ = false;
  bool copies_through_client_ = false;
};

}  // namespace argus::sql
