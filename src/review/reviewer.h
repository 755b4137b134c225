// What can be said about a script before it runs: does it parse, which rules does it break, what kinds of statements is
// it made of.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/lang/sql/splitter.h"
#include "platform/runtime/context.h"

namespace argus::review {

// A view: all that it points to must outlive the call.
struct Script {
  std::string_view text;
  const std::vector<sql::SqlStatement>* statements = nullptr;  // of `text`, as sql::Split cuts it; never null
  v1::Engine engine = v1::ENGINE_UNSPECIFIED;
  std::string engine_version;                  // of the target, "15.14"; empty: unknown
  const v1::DatabaseSchema* schema = nullptr;  // of the target; null: never synced
};

struct ReviewerOptions {
  // A program that runs RunParserWorker(0, 1) when started with `worker_args`.
  std::string worker_binary = "/proc/self/exe";
  std::vector<std::string> worker_args = {"sql-parser-worker"};
  std::chrono::milliseconds statement_timeout{5'000};
  std::chrono::milliseconds script_timeout{60'000};
  // Of data, in bytes; not held under sanitizers, whose shadow memory would count.
  std::uint64_t memory_limit = std::uint64_t{1} << 30;
};

class ParserPool;

// Foreign text is parsed only in a child process with limits of time, memory and stack. A statement that ends the child
// or takes too long is a WARNING with the code STATEMENT_TOO_COMPLEX and never disturbs others.
//
// Errors: CANCELLED or DEADLINE_EXCEEDED by `ctx`, INTERNAL when no child can be started. Thread-safe.
class Reviewer {
 public:
  explicit Reviewer(ReviewerOptions options = {});
  ~Reviewer();

  // ERROR with the code SYNTAX_ERROR for what does not parse, WARNING with NOT_JUDGED where the target is newer than
  // the parser, with OBJECT_NOT_FOUND or STATEMENT_REFUSED for what a copy of the schema refuses; or one SUCCESS.
  // Positions are those in the script.
  Result<std::vector<v1::PlanCheckRun::Result>> CheckSyntax(const RequestContext& ctx, const Script& script);
  // What the rules (rules.h) find, WARNING with NOT_JUDGED for statements that do not parse; or one SUCCESS.
  Result<std::vector<v1::PlanCheckRun::Result>> Review(const RequestContext& ctx, const Script& script);
  // "UPDATE", "CREATE_TABLE", …: sorted, each once. Statements that do not parse count by their words.
  Result<std::vector<std::string>> StatementTypes(const RequestContext& ctx, const Script& script);

 private:
  std::unique_ptr<ParserPool> pool_;
};

}  // namespace argus::review
