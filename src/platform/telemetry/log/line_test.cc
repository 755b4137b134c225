#include "platform/telemetry/log/line.h"

#include <gtest/gtest.h>

#include <limits>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/telemetry/log/json_text.h"

namespace argus::log {
namespace {

constexpr Event kDone{Level::kInfo, "task run completed", "A run ended."};
constexpr std::chrono::sys_time<std::chrono::nanoseconds> kTime{std::chrono::nanoseconds{1779612131123456789}};

// The line of `fields` without its head, which other tests look at.
std::string Members(std::initializer_list<Field> fields, const RequestContext& ctx = {}, const Error* error = nullptr) {
  std::string out;
  const auto where = std::source_location::current();
  AppendJson({kTime, kDone, ctx, error, fields, where}, out);
  return out.substr(out.find("},") + 2);
}

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

TEST(JsonLine, HasTheDocumentedShape) {
  RequestContext ctx;
  ctx.correlation_id = "req-1";
  ctx.actor = "user/login_id=alice";
  ctx.trace = {"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true};
  const auto where = std::source_location::current();
  std::string out;
  const std::initializer_list<Field> fields = {{"task", "projects/play/rollouts/100/tasks/3"}, {"duration_ms", 3214}};
  AppendJson({kTime, kDone, ctx, nullptr, fields, where}, out);
  EXPECT_EQ(out, R"({"time":"2026-05-24T08:42:11.123456789Z","level":"INFO","msg":"task run completed",)"
                 R"("source":{"function":"log::{anonymous}::JsonLine_HasTheDocumentedShape_Test::TestBody",)"
                 R"("file":"src/platform/telemetry/log/line_test.cc","line":)" +
                     std::to_string(where.line()) +
                     R"(},"correlation_id":"req-1","actor":"user/login_id=alice",)"
                     R"("trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","trace_flags":"01",)"
                     R"("task":"projects/play/rollouts/100/tasks/3","duration_ms":3214})"
                     "\n");
}

TEST(JsonLine, WritesEveryKindOfValue) {
  EXPECT_EQ(Members({{"a", true}, {"b", -5}, {"c", 0.25}, {"d", std::string("x")}}),
            "\"a\":true,\"b\":-5,\"c\":0.25,\"d\":\"x\"}\n");
  EXPECT_EQ(Members({{"inf", std::numeric_limits<double>::infinity()}}), "\"inf\":\"inf\"}\n");
}

TEST(JsonLine, ShowsAnErrorWithItsPrivateCause) {
  const Error error = Error(Code::kNotFound, reasons::kFileError, "no key file").WithCause("errno \"2\"");
  EXPECT_EQ(Members({}, {}, &error),
            R"x("error":"no key file (errno \"2\")","error_code":"NOT_FOUND","error_reason":"FILE_ERROR"})x"
            "\n");
}

TEST(JsonLine, CutsAHugeValueAtACharacter) {
  const std::string huge = std::string(kMaxTextBytes - 1, 'a') + "\xC3\xBC" + std::string(1 << 20, 'b');
  const std::string out = Members({{"sql", huge}});
  EXPECT_LT(out.size(), kMaxTextBytes + 100);
  EXPECT_TRUE(out.ends_with("aaa…[truncated, 1310721 bytes in all]\"}\n")) << out.substr(out.size() - 80);
}

TEST(JsonString, EscapesWhatTheRfcAsksFor) {
  EXPECT_EQ(Quoted("a\"b\\c/\n\r\t\x01\x1f\x7f"), "\"a\\\"b\\\\c/\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(Quoted(std::string_view("\0", 1)), "\"\\u0000\"");
  EXPECT_EQ(Quoted("稽核 😀"), "\"稽核 😀\"");
  EXPECT_EQ(Quoted(""), "\"\"");
}

TEST(JsonString, ReplacesIllFormedUtf8) {
  EXPECT_EQ(Quoted("a\xFF\nz"), "\"a\xEF\xBF\xBD\\nz\"");
  EXPECT_EQ(Quoted("\xE4\xB8"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(JsonLine, EveryByteValueLeavesOneValidLine) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const std::string out = Members({{"k", all}});
  EXPECT_EQ(out.find('\n'), out.size() - 1);
  EXPECT_TRUE(IsValidUtf8(out));
}

TEST(TextLine, ReadsInOneLook) {
  RequestContext ctx;
  ctx.correlation_id = "req-1";
  const auto where = std::source_location::current();
  const std::initializer_list<Field> fields = {{"state", "DONE"}, {"why", "two words\n"}, {"rows", 1}, {"none", ""}};
  std::string out;
  AppendText({kTime, kDone, ctx, nullptr, fields, where}, out);
  EXPECT_EQ(out,
            "2026-05-24T08:42:11.123456789Z INFO  task run completed correlation_id=req-1 state=DONE "
            "why=\"two words\\n\" rows=1 none=\"\" (src/platform/telemetry/log/line_test.cc:" +
                std::to_string(where.line()) + ")\n");
}

TEST(FunctionName, LosesTypesAndArguments) {
  EXPECT_EQ(ShortFunctionName("argus::Status argus::runner::Loop::Run(int)"), "runner::Loop::Run");
  EXPECT_EQ(ShortFunctionName("argus::Result<std::pair<int, int> > argus::F(std::function<void(int)>) [with T = int]"), "F");
  EXPECT_EQ(ShortFunctionName("argus::log::F()::<lambda(int)>"), "log::F");
  EXPECT_EQ(ShortFunctionName("int main(int, char**)"), "main");
  EXPECT_EQ(ShortFunctionName(""), "");
}

}  // namespace
}  // namespace argus::log
