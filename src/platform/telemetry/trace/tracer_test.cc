#include "platform/telemetry/trace/tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/telemetry/trace/fake_exporter_test_support.h"

namespace argus::trace {
namespace {

using std::chrono::milliseconds;
using OtlpSpan = Collector::OtlpSpan;

constexpr milliseconds kPatience{30'000};

class TracerTest : public ::testing::Test {
 protected:
  void Make(const Options& options = {}) { tracer_.emplace(options, std::make_unique<FakeExporter>(collector_)); }

  std::vector<OtlpSpan> Exported() {
    EXPECT_TRUE(tracer_->Flush(kPatience));
    return collector_.spans();
  }

  static std::string Text(const OtlpSpan& span, const std::string& key) {
    for (const auto& attribute : span.attributes()) {
      if (attribute.key() == key) return attribute.value().string_value();
    }
    return "(none)";
  }

  Collector collector_;
  std::optional<Tracer> tracer_;
  RequestContext ctx_;
};

TEST_F(TracerTest, OffItChangesNothing) {
  const Tracer off;
  ctx_.trace = {std::string(32, 'a'), std::string(16, 'b'), true, "k=v"};
  {
    Scope scope(off, ctx_, {.name = "work"});
    EXPECT_FALSE(scope.span().on());
    EXPECT_EQ(ctx_.trace.span_id, std::string(16, 'b'));
  }
  EXPECT_FALSE(off.enabled());
  EXPECT_EQ(off.counters().exported, 0u);
  EXPECT_TRUE(off.Flush(milliseconds(0)));
}

TEST_F(TracerTest, ASpanHasIdsTimesAndKind) {
  Make();
  const auto before = std::chrono::system_clock::now();
  tracer_->Start(ctx_, {.name = "work", .kind = SpanKind::kServer}).End();
  const auto spans = Exported();
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name(), "work");
  EXPECT_EQ(spans[0].trace_id().size(), 16u);
  EXPECT_EQ(spans[0].span_id().size(), 8u);
  EXPECT_EQ(spans[0].parent_span_id(), "");
  EXPECT_EQ(spans[0].kind(), OtlpSpan::SPAN_KIND_SERVER);
  EXPECT_GE(spans[0].start_time_unix_nano(), static_cast<std::uint64_t>(before.time_since_epoch().count()));
  EXPECT_GE(spans[0].end_time_unix_nano(), spans[0].start_time_unix_nano());
  EXPECT_EQ(spans[0].status().code(), opentelemetry::proto::trace::v1::Status::STATUS_CODE_UNSET);
}

TEST_F(TracerTest, EverySpanCarriesTheCorrelationId) {
  Make();
  ctx_.correlation_id = "req-7";
  Scope scope(*tracer_, ctx_, {.name = "work"});
  tracer_->Record(ctx_, {.name = "statement"});
  EXPECT_EQ(Text(Exported().at(0), "argus.correlation_id"), "req-7");
  tracer_->Start(ctx_, {.name = "child"}).End();
  EXPECT_EQ(Text(Exported().at(1), "argus.correlation_id"), "req-7");
  tracer_->Start({}, {.name = "other"}).End();
  EXPECT_EQ(Text(Exported().at(2), "argus.correlation_id"), "(none)");
}

TEST_F(TracerTest, ScopesNestAndRestoreTheContext) {
  Make();
  {
    Scope outer(*tracer_, ctx_, {.name = "outer"});
    const auto outer_id = ctx_.trace.span_id;
    {
      Scope inner(*tracer_, ctx_, {.name = "inner"});
      EXPECT_NE(ctx_.trace.span_id, outer_id);
      EXPECT_EQ(ctx_.trace.trace_id, outer.span().context().trace_id);
    }
    EXPECT_EQ(ctx_.trace.span_id, outer_id);
  }
  EXPECT_EQ(ctx_.trace.trace_id, "");
  const auto spans = Exported();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].parent_span_id(), spans[1].span_id());
  EXPECT_EQ(spans[0].trace_id(), spans[1].trace_id());
}

TEST_F(TracerTest, ContinuesTheCallersTrace) {
  Make();
  ctx_.trace = {std::string(32, 'a'), std::string(16, 'b'), true, "vendor=1"};
  auto span = tracer_->Start(ctx_, {.name = "work", .parent_is_remote = true});
  EXPECT_EQ(span.context().trace_id, std::string(32, 'a'));
  EXPECT_EQ(span.context().tracestate, "vendor=1");
  span.End();
  const auto spans = Exported();
  EXPECT_EQ(HexEncode(spans[0].parent_span_id()), std::string(16, 'b'));
  EXPECT_EQ(spans[0].trace_state(), "vendor=1");
  EXPECT_EQ(spans[0].flags() & 0x300, 0x300u);
}

TEST_F(TracerTest, HonoursACallerThatDoesNotSample) {
  Make();
  ctx_.trace = {std::string(32, 'a'), std::string(16, 'b'), false, ""};
  {
    Scope scope(*tracer_, ctx_, {.name = "work"});
    EXPECT_FALSE(scope.span().recording());
    EXPECT_EQ(ctx_.trace.trace_id, std::string(32, 'a'));
    EXPECT_FALSE(ctx_.trace.sampled);
  }
  tracer_->Record(ctx_, {.name = "statement"});
  EXPECT_TRUE(Exported().empty());
}

TEST_F(TracerTest, ATraceThatIsNotSampledHasIdsAllTheSame) {
  Make({.sampler = {.root = SamplerOptions::Kind::kAlwaysOff}});
  Scope scope(*tracer_, ctx_, {.name = "work"});
  scope.span().Set({"key", "value"});
  scope.span().SetError("E");
  EXPECT_FALSE(scope.span().recording());
  EXPECT_EQ(ctx_.trace.trace_id.size(), 32u);
  EXPECT_FALSE(ctx_.trace.sampled);
  const auto id = ctx_.trace.span_id;
  Scope inner(*tracer_, ctx_, {.name = "inner"});
  EXPECT_EQ(ctx_.trace.span_id, id);
}

TEST_F(TracerTest, SamplesByRatio) {
  Make({.sampler = {.root = SamplerOptions::Kind::kRatio, .ratio = 0.25}, .queue_limit = 4096});
  int sampled = 0;
  for (int i = 0; i < 2000; ++i) sampled += tracer_->Start({}, {.name = "work"}).recording() ? 1 : 0;
  EXPECT_GT(sampled, 350);
  EXPECT_LT(sampled, 650);
}

TEST_F(TracerTest, AttributesKeepTheirTypes) {
  Make();
  auto span = tracer_->Start(ctx_, {.name = "work"});
  span.SetAll({{"text", "t"}, {"int", 7}, {"double", 0.5}, {"bool", true}, {"text", "again"}});
  span.End();
  const auto spans = Exported();
  ASSERT_EQ(spans[0].attributes_size(), 4);
  EXPECT_EQ(Text(spans[0], "text"), "again");
  EXPECT_EQ(spans[0].attributes(1).value().int_value(), 7);
  EXPECT_EQ(spans[0].attributes(2).value().double_value(), 0.5);
  EXPECT_TRUE(spans[0].attributes(3).value().bool_value());
}

TEST_F(TracerTest, LimitsAreKeptAndCounted) {
  Make({.limits = {.attributes = 2, .attribute_length = 4, .events = 1, .links = 1, .event_attributes = 1}});
  const std::vector<Link> links(3, Link{{std::string(32, 'a'), std::string(16, 'b'), true, ""}, "plan"});
  auto span = tracer_->Start(ctx_, {.name = "work", .links = &links});
  span.SetAll({{"a", "abc\xc3\xa9"}, {"b", 1}, {"c", 1}});
  span.AddEvent("first", {{"a", 1}, {"b", 1}});
  span.AddEvent("second");
  span.End();
  const auto spans = Exported();
  EXPECT_EQ(spans[0].attributes_size(), 2);
  EXPECT_EQ(spans[0].dropped_attributes_count(), 1u);
  EXPECT_EQ(Text(spans[0], "a"), "abc") << "cut at a character";
  EXPECT_EQ(spans[0].links_size(), 1);
  EXPECT_EQ(spans[0].dropped_links_count(), 2u);
  EXPECT_EQ(HexEncode(spans[0].links(0).trace_id()), std::string(32, 'a'));
  EXPECT_EQ(spans[0].links(0).attributes(0).value().string_value(), "plan");
  EXPECT_EQ(spans[0].events_size(), 1);
  EXPECT_EQ(spans[0].dropped_events_count(), 1u);
  EXPECT_EQ(spans[0].events(0).dropped_attributes_count(), 1u);
}

TEST_F(TracerTest, AnErrorShowsItsReasonAndNotItsCause) {
  Make();
  {
    Scope scope(*tracer_, ctx_, {.name = "work"});
    (void)scope.Ended(Status(Error(Code::kInternal, reasons::kInternal, "failed").WithCause("password=1")));
  }
  const auto spans = Exported();
  EXPECT_EQ(spans[0].status().code(), opentelemetry::proto::trace::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(spans[0].status().message(), "failed");
  EXPECT_EQ(Text(spans[0], "error.type"), "INTERNAL");
  EXPECT_EQ(spans[0].DebugString().find("password"), std::string::npos);
}

TEST_F(TracerTest, MendsTextThatIsNotUtf8) {
  Make();
  auto span = tracer_->Start(ctx_, {.name = "a\xff"});
  span.Set({"key", "b\xff"});
  span.End();
  const auto spans = Exported();
  EXPECT_TRUE(IsValidUtf8(spans[0].name()));
  EXPECT_TRUE(IsValidUtf8(Text(spans[0], "key")));
}

TEST_F(TracerTest, RecordsWhatIsOver) {
  Make();
  tracer_->Record(ctx_, {.name = "outside of any trace"});
  {
    Scope scope(*tracer_, ctx_, {.name = "work"});
    tracer_->Record(ctx_, {.name = "statement",
                           .kind = SpanKind::kClient,
                           .duration = milliseconds(20),
                           .attributes = {{"db.system.name", "sqlite"}},
                           .error_type = "E"});
  }
  const auto spans = Exported();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].parent_span_id(), spans[1].span_id());
  EXPECT_GE(spans[0].end_time_unix_nano() - spans[0].start_time_unix_nano(), 20'000'000u);
  EXPECT_EQ(Text(spans[0], "db.system.name"), "sqlite");
  EXPECT_EQ(Text(spans[0], "error.type"), "E");
}

TEST_F(TracerTest, AMovedSpanEndsOnce) {
  Make();
  Span target;
  {
    auto span = tracer_->Start(ctx_, {.name = "work"});
    target = std::move(span);
    EXPECT_FALSE(span.on());
  }
  EXPECT_TRUE(Exported().empty());
  target = Span();
  EXPECT_EQ(Exported().size(), 1u);
}

}  // namespace
}  // namespace argus::trace
