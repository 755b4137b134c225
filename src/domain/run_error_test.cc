#include "domain/run_error.h"

#include <gtest/gtest.h>

#include "domain/reasons.h"

namespace argus::domain {
namespace {

TEST(MaskQuoted, LeavesOutWhatMayBeAValue) {
  EXPECT_EQ(MaskQuoted(R"(invalid input syntax for type integer: "s3cret")"),
            R"(invalid input syntax for type integer: "…")");
  EXPECT_EQ(MaskQuoted(R"(syntax error at or near "'a "" b'" of "x" here)"), R"(syntax error at or near "…" here)");
  EXPECT_EQ(MaskQuoted("unrecognized token: \"'s3cret"), "unrecognized token: \"…");
  EXPECT_EQ(MaskQuoted("near 's3cret': it failed"), "near '…': it failed");
  EXPECT_EQ(MaskQuoted("it can't be"), "it can't be");
  EXPECT_EQ(MaskQuoted(""), "");
}

TEST(LoggableError, KeepsReasonAndSqlstate) {
  v1::TaskRunError error;
  error.set_reason("STATEMENT_FAILED");
  error.set_message("value \"7\" is wrong");
  error.set_sqlstate("22P02");
  const Error loggable = LoggableError(error);
  EXPECT_EQ(loggable.reason(), reasons::kStatementFailed);
  EXPECT_EQ(loggable.message(), "value \"…\" is wrong (SQLSTATE 22P02)");
  error.set_reason("of another version");
  EXPECT_EQ(LoggableError(error).reason(), reasons::kInternal);
}

}  // namespace
}  // namespace argus::domain
