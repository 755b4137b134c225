#include "review/statement_type.h"

#include <algorithm>
#include <array>

#include "platform/lang/sql/text.h"

namespace argus::review {
namespace {

using Words = std::vector<std::string>;
using WordIterator = Words::const_iterator;

template <std::size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Say how an object is made, not what it is.
constexpr std::array<std::string_view, 13> kModifiers = {"OR",         "REPLACE", "TEMP",     "TEMPORARY", "LOCAL",
                                                         "GLOBAL",     "UNIQUE",  "UNLOGGED", "TRUSTED",   "PROCEDURAL",
                                                         "CONSTRAINT", "VIRTUAL", "RECURSIVE"};
// The object's name goes on: MATERIALIZED VIEW, FOREIGN TABLE, TEXT SEARCH.
constexpr std::array<std::string_view, 7> kFirstHalves = {"MATERIALIZED", "FOREIGN", "EVENT", "ACCESS",
                                                          "DEFAULT",      "LARGE",   "TEXT"};
constexpr std::array<std::string_view, 4> kWrites = {"INSERT", "UPDATE", "DELETE", "MERGE"};

std::string ObjectType(WordIterator word, WordIterator end) {
  word = std::find_if_not(word, end, [](const std::string& w) { return IsOneOf(w, kModifiers); });
  if (word == end) return "";
  const auto next = std::next(word);
  return IsOneOf(*word, kFirstHalves) && next != end ? "_" + *word + "_" + *next : "_" + *word;
}

std::string Verb(const std::string& word) {
  if (word == "VALUES" || word == "TABLE") return "SELECT";
  if (word == "REPLACE") return "INSERT";
  return word == "WITH" ? "" : word;
}

}  // namespace

bool IsDefinition(std::string_view type) {
  return type.starts_with("CREATE") || type.starts_with("ALTER") || type.starts_with("DROP");
}

std::string StatementType(std::string_view statement, sql::Engine engine) {
  const Words words = sql::LeadingKeywords(statement, engine, 8);
  if (words.empty()) return "";
  const std::string verb = Verb(words.front());
  return IsDefinition(verb) ? verb + ObjectType(std::next(words.begin()), words.end()) : verb;
}

std::vector<std::string> PossibleTypes(std::string_view statement, sql::Engine engine) {
  std::vector<std::string> types;
  if (auto type = StatementType(statement, engine); !type.empty()) types.push_back(std::move(type));
  sql::Lexer lexer(statement, engine);
  for (auto token = lexer.NextSignificant(); token.kind != sql::TokenKind::kEnd; token = lexer.NextSignificant()) {
    for (const auto write : kWrites) {
      if (token.IsWord(write) && std::find(types.begin(), types.end(), write) == types.end()) types.emplace_back(write);
    }
  }
  return types;
}

}  // namespace argus::review
