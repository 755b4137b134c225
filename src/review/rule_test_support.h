// For the tests of rules: parses a script with the real parsers, in this process, and lists what a rule finds.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platform/lang/sql/splitter.h"
#include "review/parser.h"
#include "review/rule.h"
#include "review/session.h"

namespace argus::review {

inline std::vector<Statement> ParseScript(v1::Engine engine, const std::string& script) {
  const auto statements = sql::Split(script, ToSqlEngine(engine));
  EXPECT_TRUE(statements.ok()) << script;
  const auto parser = engine == v1::POSTGRES ? NewPostgresParser() : NewSqliteParser({}, false);
  std::vector<Statement> parsed;
  for (const auto& statement : *statements) {
    auto parse = parser->Judge(statement.text);
    EXPECT_EQ(parse.outcome, Outcome::kParsed) << statement.text << ": " << parse.message;
    parse.statement.start = statement.start;
    parsed.push_back(std::move(parse.statement));
  }
  return parsed;
}

// "line:column content" for each finding.
inline std::vector<std::string> FindingsOf(const Rule& rule, v1::Engine engine, const std::string& script) {
  std::vector<std::string> lines;
  for (const auto& finding : rule.judge(ParseScript(engine, script))) {
    lines.push_back(std::to_string(finding.position.line) + ":" + std::to_string(finding.position.column) + " " +
                    finding.content);
  }
  return lines;
}

}  // namespace argus::review
