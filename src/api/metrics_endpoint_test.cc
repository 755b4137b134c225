#include "api/metrics_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "platform/net/gzip.h"

namespace argus::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr metrics::Family kSeen{metrics::Type::kCounter, "seen_total", "Seen."};

class MetricsEndpointTest : public testing::Test {
 protected:
  net::HttpResponse Get(const std::string& accept = "", const std::string& encoding = "") {
    net::HttpRequest request;
    request.method = "GET";
    request.path = "/metrics";
    if (!accept.empty()) request.headers.Add("Accept", accept);
    if (!encoding.empty()) request.headers.Add("Accept-Encoding", encoding);
    return endpoint_.Serve(request);
  }

  metrics::Registry registry_;
  metrics::Counter& seen_ = registry_.GetCounter(kSeen);
  MetricsEndpoint endpoint_{registry_};
};

TEST_F(MetricsEndpointTest, AnswersInTheFormatAskedForAndElseInText) {
  EXPECT_EQ(Get().headers.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(Get("text/html").headers.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto open = Get("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
  EXPECT_EQ(open.headers.Get("Content-Type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(*open.shared_body, "# HELP seen Seen.\n# TYPE seen counter\nseen_total 0\n# EOF\n");
  EXPECT_EQ(open.headers.Get("Vary"), "Accept, Accept-Encoding");
}

TEST_F(MetricsEndpointTest, CompressesForWhoAcceptsIt) {
  const auto packed = Get("", "deflate, gzip");
  EXPECT_EQ(packed.headers.Get("Content-Encoding"), "gzip");
  const auto plain = net::Gunzip(*packed.shared_body, 1 << 20);
  ASSERT_TRUE(plain.ok());
  EXPECT_THAT(plain.value(), HasSubstr("seen_total 0\n"));
  EXPECT_FALSE(Get("", "gzip;q=0").headers.Has("Content-Encoding"));
  EXPECT_THAT(*Get("", "gzip;q=0").shared_body, StartsWith("# HELP"));
}

TEST_F(MetricsEndpointTest, ShowsWhatHasHappenedBeforeTheScrape) {
  EXPECT_THAT(*Get().shared_body, HasSubstr("seen_total 0\n"));
  seen_.Increment();
  EXPECT_THAT(*Get().shared_body, HasSubstr("seen_total 1\n"));
}

TEST_F(MetricsEndpointTest, ThoseWhoWaitTogetherShareOneRendering) {
  constexpr std::size_t kScrapes = 50;
  std::promise<void> gate;
  std::vector<std::future<net::HttpResponse>> answers;
  ASSERT_TRUE(endpoint_.pool().TrySubmit([opened = gate.get_future().share()] { opened.wait(); }));
  for (std::size_t i = 0; i < kScrapes; ++i) {
    auto task = std::make_shared<std::packaged_task<net::HttpResponse()>>([this] { return Get(); });
    answers.push_back(task->get_future());
    ASSERT_TRUE(endpoint_.pool().TrySubmit([task] { (*task)(); }));
  }
  gate.set_value();
  const auto first = answers.front().get().shared_body;
  for (std::size_t i = 1; i < kScrapes; ++i) EXPECT_EQ(answers[i].get().shared_body, first);
  EXPECT_NE(Get().shared_body, first);  // came later
}

TEST_F(MetricsEndpointTest, RefusesWhenSlowReadersHoldTooMuch) {
  static constexpr metrics::Family kBig{metrics::Type::kGauge, "big", "Big.", {"text"}};
  const std::string text(1 << 20, 'x');
  registry_.GetGauge(kBig, {text});
  std::vector<net::HttpResponse> unread;
  do {
    unread.push_back(Get());
  } while (unread.back().status == 200 && unread.size() < 100);
  EXPECT_EQ(unread.back().status, 503);
  EXPECT_EQ(unread.back().headers.Get("Retry-After"), "5");
  EXPECT_GE(unread.size(), MetricsEndpoint::kMaxHeldBytes >> 20);
  unread.clear();
  EXPECT_EQ(Get().status, 200);
}

}  // namespace
}  // namespace argus::api
