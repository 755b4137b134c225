#include "platform/telemetry/trace/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "platform/telemetry/trace/variables.h"

namespace argus::trace {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Pair;
using std::chrono::milliseconds;

class OptionsTest : public ::testing::Test {
 protected:
  Options Read(std::map<std::string, std::string> variables) {
    misread_.clear();
    const Getenv env = [&](const char* name) -> const char* {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    };
    return FromEnvironment(env, "1.2.3", misread_);
  }

  // The one variable that was reported.
  std::string Reported() const { return misread_.size() == 1 ? misread_[0].variable : std::to_string(misread_.size()); }

  std::vector<Misread> misread_;
};

TEST_F(OptionsTest, NothingSetMeansOff) {
  const auto options = Read({});
  EXPECT_EQ(options.endpoint, "");
  EXPECT_TRUE(options.propagate);
  EXPECT_TRUE(misread_.empty());
}

TEST_F(OptionsTest, TheGeneralHttpEndpointGetsThePath) {
  EXPECT_EQ(Read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"}}).endpoint, "http://c:4318/v1/traces");
  EXPECT_EQ(Read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://c/otlp/"}}).endpoint, "https://c/otlp/v1/traces");
}

TEST_F(OptionsTest, TheTracesEndpointIsUsedAsItIs) {
  const auto options = Read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"},
                             {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://d:1/here"}});
  EXPECT_EQ(options.endpoint, "http://d:1/here");
}

TEST_F(OptionsTest, AnEndpointThatIsNoUrlTurnsSpansOff) {
  EXPECT_EQ(Read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "c:4318"}}).endpoint, "");
  EXPECT_EQ(Reported(), "OTEL_EXPORTER_OTLP_ENDPOINT");
  EXPECT_EQ(misread_[0].value, "c:4318");
}

TEST_F(OptionsTest, OverGrpcTheSchemeDecidesAboutTls) {
  const std::pair<const std::string, std::string> grpc{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"};
  const auto plain = Read({grpc, {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317/"}});
  EXPECT_EQ(plain.protocol, Protocol::kGrpc);
  EXPECT_EQ(plain.endpoint, "c:4317");
  EXPECT_TRUE(plain.insecure);
  EXPECT_FALSE(Read({grpc, {"OTEL_EXPORTER_OTLP_ENDPOINT", "https://c:4317"}}).insecure);
  EXPECT_FALSE(Read({grpc, {"OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317"}}).insecure);
  EXPECT_TRUE(Read({grpc, {"OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317"}, {"OTEL_EXPORTER_OTLP_INSECURE", "True"}}).insecure);
}

TEST_F(OptionsTest, CanBeTurnedOff) {
  const std::pair<const std::string, std::string> endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"};
  EXPECT_EQ(Read({endpoint, {"OTEL_SDK_DISABLED", "TRUE"}}).endpoint, "");
  EXPECT_EQ(Read({endpoint, {"OTEL_TRACES_EXPORTER", "none"}}).endpoint, "");
  EXPECT_NE(Read({endpoint, {"OTEL_TRACES_EXPORTER", "zipkin"}}).endpoint, "");
  EXPECT_EQ(Reported(), "OTEL_TRACES_EXPORTER");
}

TEST_F(OptionsTest, TracesOwnVariablesWin) {
  const auto options = Read({{"OTEL_EXPORTER_OTLP_HEADERS", "a=1"},
                             {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=Bearer%20x, k = v"},
                             {"OTEL_EXPORTER_OTLP_TIMEOUT", "1"},
                             {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2500"},
                             {"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"},
                             {"OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"},
                             {"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/key.pem"},
                             {"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/cert.pem"}});
  EXPECT_THAT(options.headers, ElementsAre(Pair("authorization", "Bearer x"), Pair("k", "v")));
  EXPECT_EQ(options.export_timeout, milliseconds(2500));
  EXPECT_TRUE(options.gzip);
  EXPECT_EQ(options.ca_file, "/ca.pem");
  EXPECT_EQ(options.client_key_file, "/key.pem");
  EXPECT_EQ(options.client_certificate_file, "/cert.pem");
  EXPECT_TRUE(misread_.empty());
}

TEST_F(OptionsTest, ABadHeaderIsReportedWithoutItsSecret) {
  EXPECT_TRUE(Read({{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%2"}}).headers.empty());
  EXPECT_EQ(Reported(), "OTEL_EXPORTER_OTLP_HEADERS");
  EXPECT_EQ(misread_[0].value.find("Bearer"), std::string::npos);
  EXPECT_TRUE(Read({{"OTEL_EXPORTER_OTLP_HEADERS", "a=b%0d%0ac: d"}}).headers.empty()) << "no header smuggled in";
}

TEST_F(OptionsTest, NumbersOutOfRangeKeepTheDefault) {
  for (const std::string bad : {"-1", "0", "x", "1e3", "999999999999999999999", "12 "}) {
    const auto options = Read({{"OTEL_BSP_MAX_QUEUE_SIZE", bad}});
    EXPECT_EQ(options.queue_limit, bad == "12 " ? 12u : 2048u) << bad;
    EXPECT_EQ(misread_.size(), bad == "12 " ? 0u : 1u) << bad;
  }
}

TEST_F(OptionsTest, ABatchIsNoLargerThanTheQueue) {
  EXPECT_EQ(Read({{"OTEL_BSP_MAX_QUEUE_SIZE", "100"}}).batch_limit, 100u);
  EXPECT_EQ(Read({{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096"}}).batch_limit, 512u);
  EXPECT_EQ(Reported(), "OTEL_BSP_MAX_EXPORT_BATCH_SIZE");
  EXPECT_EQ(Read({{"OTEL_BSP_EXPORT_TIMEOUT", "700"}}).export_timeout, milliseconds(700));
  EXPECT_EQ(Read({{"OTEL_BSP_SCHEDULE_DELAY", "70"}}).schedule_delay, milliseconds(70));
}

TEST_F(OptionsTest, SamplersByName) {
  using Kind = SamplerOptions::Kind;
  const auto fallback = Read({}).sampler;
  EXPECT_EQ(fallback.root, Kind::kAlwaysOn);
  EXPECT_TRUE(fallback.parent_based);
  EXPECT_EQ(Read({{"OTEL_TRACES_SAMPLER", "always_off"}}).sampler.root, Kind::kAlwaysOff);
  const auto ratio = Read({{"OTEL_TRACES_SAMPLER", "traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", "0.25"}}).sampler;
  EXPECT_EQ(ratio.root, Kind::kRatio);
  EXPECT_FALSE(ratio.parent_based);
  EXPECT_EQ(ratio.ratio, 0.25);
}

TEST_F(OptionsTest, AWrongSamplerOrRatioIsReported) {
  EXPECT_TRUE(Read({{"OTEL_TRACES_SAMPLER", "jaeger_remote"}}).sampler.parent_based);
  EXPECT_EQ(Reported(), "OTEL_TRACES_SAMPLER");
  for (const std::string bad : {"1.5", "-0.1", "nan", "half", "0.5x"}) {
    const auto sampler = Read({{"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", bad}});
    EXPECT_EQ(sampler.sampler.ratio, 1.0) << bad;
    EXPECT_EQ(Reported(), "OTEL_TRACES_SAMPLER_ARG") << bad;
  }
}

TEST_F(OptionsTest, Propagators) {
  EXPECT_TRUE(Read({{"OTEL_PROPAGATORS", "baggage, TraceContext"}}).propagate);
  EXPECT_FALSE(Read({{"OTEL_PROPAGATORS", "none"}}).propagate);
  EXPECT_TRUE(Read({{"OTEL_PROPAGATORS", "b3,tracecontext"}}).propagate);
  EXPECT_EQ(Reported(), "OTEL_PROPAGATORS");
}

TEST_F(OptionsTest, TheResourceNamesTheService) {
  EXPECT_THAT(Read({}).resource, Contains(Pair("service.name", "argus")));
  EXPECT_THAT(Read({}).resource, Contains(Pair("service.version", "1.2.3")));
  const auto resource = Read({{"OTEL_RESOURCE_ATTRIBUTES", "service.name=a,deployment.environment=pr%20od"},
                              {"OTEL_SERVICE_NAME", "mine"}})
                            .resource;
  EXPECT_THAT(resource, Contains(Pair("service.name", "mine")));
  EXPECT_THAT(resource, Contains(Pair("deployment.environment", "pr od")));
}

TEST_F(OptionsTest, Limits) {
  const auto limits = Read({{"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10"},
                            {"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "20"},
                            {"OTEL_ATTRIBUTE_COUNT_LIMIT", "3"},
                            {"OTEL_SPAN_EVENT_COUNT_LIMIT", "4"},
                            {"OTEL_SPAN_LINK_COUNT_LIMIT", "5"},
                            {"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "6"}})
                          .limits;
  EXPECT_EQ(limits.attribute_length, 20u);
  EXPECT_EQ(limits.attributes, 3u);
  EXPECT_EQ(limits.events, 4u);
  EXPECT_EQ(limits.links, 5u);
  EXPECT_EQ(limits.event_attributes, 6u);
}

// Every variable of the reference is asked for, and none beside it.
TEST_F(OptionsTest, ReadsWhatTheReferenceNames) {
  std::map<std::string, int> asked;
  const Getenv env = [&](const char* name) -> const char* {
    ++asked[name];
    const std::string_view text = name;
    if (text == "OTEL_EXPORTER_OTLP_PROTOCOL") return "grpc";
    if (text == "OTEL_EXPORTER_OTLP_ENDPOINT") return "c:4317";
    if (text == "OTEL_TRACES_SAMPLER") return "traceidratio";
    return nullptr;
  };
  FromEnvironment(env, "", misread_);
  for (const auto& variable : Variables()) EXPECT_EQ(asked.erase(std::string(variable.name)), 1u) << variable.name;
  EXPECT_TRUE(asked.empty()) << asked.begin()->first;
}

TEST(OtelReference, IsTheReviewedPage) {
  std::ifstream file(ARGUS_SOURCE_DIR "/docs/reference/otel.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(page, Reference()) << "make it anew: make reference";
}

}  // namespace
}  // namespace argus::trace
