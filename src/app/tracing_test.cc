#include "app/tracing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "platform/telemetry/trace/fake_exporter_test_support.h"

namespace argus::app {
namespace {

using testing::HasSubstr;

// What a logger writes while `say` uses it.
template <typename Say>
std::string Logged(const Say& say) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  {
    log::Logger logger({.json = true, .fd = ends[1]});
    say(logger);
  }
  close(ends[1]);
  std::string text(4096, '\0');
  const auto size = read(ends[0], text.data(), text.size());
  close(ends[0]);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

TEST(TraceOptions, NamesWhatTheEnvironmentGotWrong) {
  ServerOptions options;
  options.misread_trace = {{"OTEL_TRACES_SAMPLER", "sometimes", "is not a sampler"}};
  const auto text = Logged([&](log::Logger& logger) { TraceOptions(options, logger); });
  EXPECT_THAT(text, HasSubstr("OTEL_TRACES_SAMPLER"));
  EXPECT_THAT(text, HasSubstr("is not a sampler"));
}

TEST(TraceOptions, TellsOfACollectorInTroubleAndOfItsReturn) {
  const auto text = Logged([](log::Logger& logger) {
    const auto options = TraceOptions(ServerOptions(), logger);
    options.notice({.working = false, .detail = "503", .dropped = 7});
    options.notice({.working = true, .detail = {}, .dropped = 7});
  });
  EXPECT_THAT(text, HasSubstr("spans not exported"));
  EXPECT_THAT(text, HasSubstr("\"503\""));
  EXPECT_THAT(text, HasSubstr("spans exported again"));
}

class RecordStatementTest : public testing::Test {
 protected:
  std::vector<trace::Collector::OtlpSpan> Exported(const db::StatementEvent& event) {
    RecordStatement(tracer_, db::Dialect::kPostgres, ctx_, event);
    EXPECT_TRUE(tracer_.Flush(std::chrono::seconds(30)));
    return collector_.spans();
  }

  trace::Collector collector_;
  trace::Tracer tracer_{{}, std::make_unique<trace::FakeExporter>(collector_)};
  RequestContext ctx_;
};

TEST_F(RecordStatementTest, IsASpanThatEndsNow) {
  ctx_.trace = {std::string(32, 'a'), std::string(16, 'b'), true, {}};
  const auto spans = Exported({.name = "plan.get", .duration = std::chrono::milliseconds(40), .ok = false});
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name(), "plan.get");
  EXPECT_EQ(spans[0].parent_span_id(), std::string(8, '\xbb'));
  EXPECT_GE(spans[0].end_time_unix_nano() - spans[0].start_time_unix_nano(), 40'000'000u);
  EXPECT_THAT(spans[0].DebugString(), HasSubstr("postgresql"));
  EXPECT_THAT(spans[0].DebugString(), HasSubstr("DATABASE_ERROR"));
}

TEST_F(RecordStatementTest, StartsNoTraceOfItsOwn) {
  EXPECT_TRUE(Exported({.name = "plan.get", .duration = std::chrono::milliseconds(1), .ok = true}).empty());
}

}  // namespace
}  // namespace argus::app
