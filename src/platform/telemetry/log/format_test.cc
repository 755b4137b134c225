#include "platform/telemetry/log/format.h"

#include <gtest/gtest.h>

#include <limits>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/telemetry/log/json_text.h"

namespace argus::log {
namespace {

constexpr Event kDone{Level::kInfo, "task run completed", "A run ended."};
constexpr std::chrono::sys_time<std::chrono::nanoseconds> kTime{std::chrono::nanoseconds{1779612131123456789}};

std::string Formatted(const Format& format, const Line& line, std::string_view stack = {}) {
  Buffer scratch;
  Buffer out;
  format.finish(format.encode(line, format.site(line.event, line.where), scratch), stack, out);
  return std::string(out.view());
}

// The line of `fields` without its head, which other tests look at.
std::string Members(std::initializer_list<Field> fields, const RequestContext& ctx = {}, const Error* error = nullptr) {
  const auto where = std::source_location::current();
  const std::string out = Formatted(kJsonFormat, {kTime, kDone, ctx, error, fields, where}, error ? "\n    at f (g.cc:1)" : "");
  return out.substr(out.find("},") + 2);
}

std::string Quoted(std::string_view text) {
  Buffer out;
  AppendJsonString(text, out);
  return std::string(out.view());
}

TEST(JsonLine, HasTheDocumentedShape) {
  RequestContext ctx;
  ctx.correlation_id = "req-1";
  ctx.actor = "user/login_id=alice";
  ctx.trace = {"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true};
  const auto where = std::source_location::current();
  const std::initializer_list<Field> fields = {{"task", "projects/play/rollouts/100/tasks/3"}, {"duration_ms", 3214}};
  const std::string out = Formatted(kJsonFormat, {kTime, kDone, ctx, nullptr, fields, where});
  EXPECT_EQ(out, R"({"time":"2026-05-24T08:42:11.123456789Z","level":"INFO","msg":"task run completed",)"
                 R"("source":{"function":"log.JsonLine_HasTheDocumentedShape_Test.TestBody",)"
                 R"("file":"platform/telemetry/log/format_test.cc","line":)" +
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

TEST(JsonLine, ShowsAnErrorWithItsPrivateCauseAndStack) {
  const Error error = Error(Code::kNotFound, reasons::kFileError, "no key file").WithCause("errno \"2\"");
  EXPECT_EQ(Members({}, {}, &error),
            R"x("error":"no key file (errno \"2\")\n    at f (g.cc:1)","error_code":"NOT_FOUND","error_reason":"FILE_ERROR"})x"
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

TEST(JsonLine, TakesNoMoreFieldsWhenItIsLong) {
  const std::string large(kMaxTextBytes, '\x01');
  const std::string out =
      Members({{"a", large}, {"b", large}, {"c", "x"}, {"d", "y"}}, {}, nullptr);
  EXPECT_LT(out.size(), kLongestLine);
  EXPECT_TRUE(out.ends_with("\",\"truncated\":true}\n")) << out.substr(out.size() - 80);
  EXPECT_EQ(out.find("\"c\":"), out.npos);
}

TEST(JsonLine, EndsEveryLengthOfTextRight) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const std::string special : {"\"", "\n", "\xC3\xBC", "\x7F", "\xFF"}) {
        std::string text(size, 'a');
        text.replace(at, 1, special);
        const std::string shown = special == "\"" ? "\\\"" : special == "\n" ? "\\n" : special == "\xFF" ? "\xEF\xBF\xBD" : special;
        EXPECT_EQ(Quoted(text), '"' + std::string(at, 'a') + shown + std::string(size - at - 1, 'a') + '"');
      }
    }
  }
}

TEST(Time, HasNanosecondsAndFollowsTheCalendar) {
  const auto at = [](std::int64_t nanos) {
    Buffer out;
    AppendTime(NanoTime(std::chrono::nanoseconds(nanos)), out);
    return std::string(out.view());
  };
  EXPECT_EQ(at(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(at(1), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(at(999'999'999), "1970-01-01T00:00:00.999999999Z");
  EXPECT_EQ(at(1709164800'000'010'000), "2024-02-29T00:00:00.000010000Z");
  EXPECT_EQ(at(1709251199'100'000'000), "2024-02-29T23:59:59.100000000Z");
}

TEST(TextLine, ShowsTheStackBelow) {
  const Error error = Error(Code::kNotFound, reasons::kFileError, "no key\nfile");
  const auto where = std::source_location::current();
  EXPECT_EQ(Formatted(kTextFormat, {kTime, kDone, {}, &error, {}, where}, "\n    at f (g.cc:1)\n    at h (g.cc:2)"),
            "2026-05-24T08:42:11.123456789Z INFO  task run completed error=\"no key\\nfile\" error_code=NOT_FOUND "
            "error_reason=FILE_ERROR (platform/telemetry/log/format_test.cc:" +
                std::to_string(where.line()) + ")\n    at f (g.cc:1)\n    at h (g.cc:2)\n");
}

TEST(TextLine, ReadsInOneLook) {
  RequestContext ctx;
  ctx.correlation_id = "req-1";
  const auto where = std::source_location::current();
  const std::initializer_list<Field> fields = {{"state", "DONE"}, {"why", "two words\n"}, {"rows", 1}, {"none", ""}};
  EXPECT_EQ(Formatted(kTextFormat, {kTime, kDone, ctx, nullptr, fields, where}),
            "2026-05-24T08:42:11.123456789Z INFO  task run completed correlation_id=req-1 state=DONE "
            "why=\"two words\\n\" rows=1 none=\"\" (platform/telemetry/log/format_test.cc:" +
                std::to_string(where.line()) + ")\n");
}

}  // namespace
}  // namespace argus::log
