#include "review/reviewer.h"

#include <charconv>
#include <set>
#include <utility>

#include "review/parser_pool.h"
#include "review/results.h"
#include "review/rules.h"
#include "review/session.h"
#include "review/statement_type.h"

namespace argus::review {
namespace {

using Verdict = v1::PlanCheckRun;

// PostgreSQL's major version whose grammar libpg-query has.
constexpr int kParserMajorVersion = 15;

bool IsNewerThanParser(const Script& script) {
  int major = 0;
  std::from_chars(script.engine_version.data(), script.engine_version.data() + script.engine_version.size(), major);
  return script.engine == v1::POSTGRES && major > kParserMajorVersion;
}

// One for each statement of the script.
Result<std::vector<Parse>> JudgeAll(ParserPool& pool, const RequestContext& ctx, const Script& script) {
  Session session(pool, ctx, script);
  std::vector<Parse> parses;
  for (const auto& statement : *script.statements) {
    ARGUS_ASSIGN(auto parse, session.Judge(statement));
    parse.statement.start = statement.start;
    parses.push_back(std::move(parse));
  }
  return parses;
}

void AddTooComplex(const sql::SqlStatement& statement, const Parse& parse, Results& results) {
  results.Add(Verdict::WARNING, "STATEMENT_TOO_COMPLEX", "Too complex to be judged", parse.message, statement.start);
}

void AddSyntaxError(const sql::SqlStatement& statement, const Parse& parse, bool newer, Results& results) {
  const auto position = sql::PositionAt(statement.text, parse.offset, statement.start);
  if (!newer) return results.Add(Verdict::ERROR, "SYNTAX_ERROR", "Syntax error", parse.message, position);
  results.Add(Verdict::WARNING, "NOT_JUDGED", "Not judged: the target is newer than the parser", parse.message,
              position);
}

void AddSyntaxFinding(const sql::SqlStatement& statement, const Parse& parse, bool newer, Results& results) {
  switch (parse.outcome) {
    case Outcome::kParsed:
      return;
    case Outcome::kSyntaxError:
      return AddSyntaxError(statement, parse, newer, results);
    case Outcome::kTooComplex:
      return AddTooComplex(statement, parse, results);
    case Outcome::kObjectNotFound:
      return results.Add(Verdict::WARNING, "OBJECT_NOT_FOUND", "Names what the schema does not have", parse.message,
                         statement.start);
    case Outcome::kRefused:
      return results.Add(Verdict::WARNING, "STATEMENT_REFUSED", "Does not fit the schema", parse.message,
                         statement.start);
  }
}

// A statement that no rule saw must not pass as good.
void AddUnjudged(const sql::SqlStatement& statement, const Parse& parse, Results& results) {
  if (parse.outcome == Outcome::kTooComplex) return AddTooComplex(statement, parse, results);
  if (parse.outcome != Outcome::kSyntaxError) return;
  results.Add(Verdict::WARNING, "NOT_JUDGED", "Not judged: the statement does not parse", parse.message,
              statement.start);
}

void AddRuleFindings(const std::vector<Statement>& statements, v1::Engine engine, Results& results) {
  for (const auto& rule : AllRules()) {
    if (!rule.AppliesTo(engine)) continue;
    for (const auto& finding : rule.judge(statements)) {
      results.Add(rule.verdict, rule.id, rule.title, finding.content, finding.position);
    }
  }
}

}  // namespace

Reviewer::Reviewer(ReviewerOptions options) : pool_(std::make_unique<ParserPool>(std::move(options))) {}
Reviewer::~Reviewer() = default;

Result<std::vector<v1::PlanCheckRun::Result>> Reviewer::CheckSyntax(const RequestContext& ctx, const Script& script) {
  ARGUS_ASSIGN(const auto parses, JudgeAll(*pool_, ctx, script));
  Results results;
  const bool newer = IsNewerThanParser(script);
  for (std::size_t i = 0; i < parses.size(); ++i) AddSyntaxFinding((*script.statements)[i], parses[i], newer, results);
  return std::move(results).Finish("The syntax is correct");
}

Result<std::vector<v1::PlanCheckRun::Result>> Reviewer::Review(const RequestContext& ctx, const Script& script) {
  ARGUS_ASSIGN(auto parses, JudgeAll(*pool_, ctx, script));
  Results results;
  std::vector<Statement> statements;
  for (std::size_t i = 0; i < parses.size(); ++i) {
    AddUnjudged((*script.statements)[i], parses[i], results);
    if (parses[i].has_statement()) statements.push_back(std::move(parses[i].statement));
  }
  AddRuleFindings(statements, script.engine, results);
  return std::move(results).Finish("All rules are kept");
}

Result<std::vector<std::string>> Reviewer::StatementTypes(const RequestContext& ctx, const Script& script) {
  ARGUS_ASSIGN(const auto parses, JudgeAll(*pool_, ctx, script));
  std::set<std::string> types;
  for (std::size_t i = 0; i < parses.size(); ++i) {
    const auto& parse = parses[i];
    const auto found = parse.has_statement() ? parse.statement.types
                                             : PossibleTypes((*script.statements)[i].text, ToSqlEngine(script.engine));
    types.insert(found.begin(), found.end());
  }
  return std::vector<std::string>(types.begin(), types.end());
}

}  // namespace argus::review
