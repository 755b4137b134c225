// The server over real loopback sockets, with callers of every temper.
#include "platform/net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "platform/base/reasons.h"
#include "platform/net/http_mux.h"
#include "platform/net/raw_client.h"

namespace argus::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

MonotonicTime In(milliseconds wait) { return std::chrono::steady_clock::now() + wait; }

HttpResponse Text(std::string body) {
  HttpResponse response;
  response.headers.Add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

// Writes what the test pushes; remembers how it was stopped.
class Feed final : public StreamProducer {
 public:
  void Start(std::shared_ptr<StreamSink> sink) override { started_.set_value(std::move(sink)); }
  void OnWritten() override { ++written; }
  void OnStop(StopReason reason) override { stopped_.set_value(reason); }
  void OnClosed() override { closed_.set_value(); }
  MonotonicTime deadline() const override { return until; }

  std::shared_ptr<StreamSink> Sink() { return started_.get_future().get(); }
  StopReason Stopped() { return stopped_.get_future().get(); }
  bool Closed() { return closed_.get_future().wait_for(seconds(10)) == std::future_status::ready; }

  MonotonicTime until = MonotonicTime::max();
  std::atomic<int> written{0};

 private:
  std::promise<std::shared_ptr<StreamSink>> started_;
  std::promise<StopReason> stopped_;
  std::promise<void> closed_;
};

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override {
    mux_.Handle("/health", [](HttpRequest&&) { return Text("ok"); }, RunOn::kIo);
    mux_.Handle("/files/", [](HttpRequest&& request) { return Text("file " + request.path); });
    mux_.Handle("/stream", [this](HttpRequest&&) { return HttpResponse{.stream = feed_}; });
    mux_.Handle("/wait", [this](HttpRequest&& request) {
      waiting_.set_value(request.cancel);
      release_.get_future().wait();
      return Text("waited");
    });
    mux_.Mount([](const HttpRequest& head) -> std::optional<Route> {
      if (head.path != "/echo") return std::nullopt;
      return Route{[](HttpRequest&& request) {
                     if (request.body_error) return HttpResponse{.error = request.body_error};
                     return Text(request.method + " " + request.query + " " + request.client_address + " " + request.body);
                   },
                   RunOn::kPool, 100};
    });
    options_.address = "127.0.0.1";
    options_.events.refused = [this](const Error&, const HttpRequest&) { ++refused_; };
    options_.events.overloaded = [this] { ++overloaded_; };
  }

  void Start() {
    auto server = HttpServer::Start(options_, [this](const HttpRequest& head) { return mux_.Select(head); }, workers_);
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_ = std::move(server).value();
  }

  // One connection, one request, the whole answer.
  std::string Exchange(std::string_view bytes) {
    RawClient client(server_->port());
    client.Send(bytes);
    return client.ReadToEnd();
  }

  HttpServerOptions options_;
  HttpMux mux_;
  std::shared_ptr<Feed> feed_ = std::make_shared<Feed>();
  std::promise<std::shared_ptr<CancelToken>> waiting_;
  std::promise<void> release_;
  std::atomic<int> refused_{0};
  std::atomic<int> overloaded_{0};
  WorkerPool workers_{"test", 1, 1};
  std::unique_ptr<HttpServer> server_;
};

constexpr std::string_view kGetHealth = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(HttpServerTest, AnswersGetAndHead) {
  Start();
  const auto get = Exchange(kGetHealth);
  EXPECT_THAT(get, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(get, HasSubstr("\r\nDate: "));
  EXPECT_THAT(get, testing::EndsWith("\r\n\r\nok"));
  const auto head = Exchange("HEAD /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(head, testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, KeepsAliveAndAnswersPipelinedRequestsInOrder) {
  Start();
  RawClient client(server_->port());
  client.Send("POST /echo?1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
              "POST /echo?2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("POST 1 127.0.0.1 one"));
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("POST 2 127.0.0.1 two"));
  client.Send(kGetHealth);
  EXPECT_THAT(client.ReadToEnd(), testing::EndsWith("ok"));
}

TEST_F(HttpServerTest, UnknownPathsAndMethodsAreNamed) {
  Start();
  EXPECT_THAT(Exchange("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  const auto post = Exchange("POST /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(post, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(post, HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_THAT(Exchange("GET /files/a/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), HasSubstr("file /files/a/b"));
}

TEST_F(HttpServerTest, MalformedRequestsGet400AndTheConnectionEnds) {
  Start();
  for (const char* bad :
       {"nonsense\r\n\r\n", "GET /health HTTP/9.9\r\nHost: a\r\n\r\n", "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /health HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    EXPECT_THAT(Exchange(bad), StartsWith("HTTP/1.1 400 ")) << bad;
  }
  EXPECT_EQ(refused_, 8);
  EXPECT_THAT(Exchange(kGetHealth), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, AnOversizeHeaderGets431) {
  Start();
  EXPECT_THAT(Exchange("GET /health HTTP/1.1\r\nHost: a\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, AnOversizeBodyGets413WithoutBeingRead) {
  Start();
  const auto announced = Exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(5000, 'x'));
  EXPECT_THAT(announced, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(announced, HasSubstr("Connection: close\r\n"));
  const auto chunked = Exchange("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFF\r\n" +
                                std::string(255, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n\r\n" +
                       std::string(100, 'x')),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ExpectContinueIsAnsweredBeforeTheBody) {
  Start();
  RawClient client(server_->port());
  client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("hi");
  EXPECT_THAT(client.ReadToEnd(), testing::EndsWith("hi"));
}

TEST_F(HttpServerTest, SlowCallersAreCutOff) {
  options_.header_timeout = options_.body_timeout = options_.idle_timeout = milliseconds(50);
  Start();
  EXPECT_EQ(Exchange(""), "");
  EXPECT_EQ(Exchange("GET /health HTTP/1.1\r\nHo"), "");
  EXPECT_EQ(Exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nslow"), "");
  EXPECT_THAT(Exchange("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"), testing::EndsWith("ok"));  // then idle
}

TEST_F(HttpServerTest, ForwardedAddressesAreBelievedFromTrustedProxiesOnly) {
  const std::string request =
      "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n\r\n";
  Start();
  EXPECT_THAT(Exchange(request), HasSubstr("127.0.0.1"));
  options_.trusted_proxies = ParseCidrList("127.0.0.0/8").value();
  Start();
  EXPECT_THAT(Exchange(request), HasSubstr(" 1.2.3.4 "));
}

TEST_F(HttpServerTest, EveryAnswerCarriesACorrelationId) {
  Start();
  RawClient client(server_->port());
  client.Send("GET /health HTTP/1.1\r\nHost: a\r\nX-Request-ID: mine\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), AllOf(HasSubstr("X-Correlation-ID: mine"), HasSubstr("correlation_id: mine")));
  client.Send("GET /nowhere HTTP/1.1\r\nHost: a\r\ncorrelation_id: a b\r\nX-Correlation-ID: other\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), HasSubstr("X-Correlation-ID: other"));
  client.Send("DELETE /health HTTP/1.1\r\nHost: a\r\ncorrelation_id: third\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("correlation_id: third")));
  client.Send("nonsense\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("X-Correlation-ID: req-")));
}

TEST_F(HttpServerTest, ResponseSplittingIsImpossible) {
  mux_.Handle("/split", [](HttpRequest&&) {
    auto response = Text("x");
    response.headers.Add("X-Evil", "a\r\nSet-Cookie: b");
    return response;
  });
  Start();
  EXPECT_THAT(Exchange("GET /split HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), Not(HasSubstr("Set-Cookie")));
}

TEST_F(HttpServerTest, AFullQueueIsAnswered503AtOnceWhileHealthStillAnswers) {
  Start();
  RawClient first(server_->port());
  first.Send("GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  waiting_.get_future().wait();  // the only worker is taken
  RawClient second(server_->port());
  second.Send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  while (workers_.queue_length() < 1) std::this_thread::yield();  // and so is the only place in the queue
  const auto busy = Exchange("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(busy, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(busy, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_EQ(overloaded_, 1);
  EXPECT_THAT(Exchange(kGetHealth), StartsWith("HTTP/1.1 200 "));
  release_.set_value();
  EXPECT_THAT(first.ReadToEnd(), HasSubstr("waited"));
  EXPECT_THAT(second.ReadToEnd(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ABlockedLoopIsNoticedAndStoodInFor) {
  std::promise<void> blocked;
  mux_.Handle("/block", [&](HttpRequest&&) {
    blocked.set_value();
    release_.get_future().wait();
    return Text("released");
  }, RunOn::kIo);
  options_.stand_in_after = milliseconds(100);
  Start();
  RawClient stuck(server_->port());
  stuck.Send("GET /block HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  blocked.get_future().wait();
  EXPECT_THAT(Exchange(kGetHealth), testing::EndsWith("ok")) << "by the thread that stands in";
  EXPECT_GT(server_->stalled(In(seconds(10))), seconds(9));
  release_.set_value();
  EXPECT_THAT(stuck.ReadToEnd(), testing::EndsWith("released"));
  while (server_->stalled(std::chrono::steady_clock::now()) > milliseconds(50)) std::this_thread::yield();
}

TEST_F(HttpServerTest, TooManyConnectionsAreTurnedAway) {
  options_.max_connections = 1;
  Start();
  RawClient first(server_->port());
  first.Send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  first.ReadResponse();
  EXPECT_THAT(Exchange(kGetHealth), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, ACallerWhoLeavesCancelsTheHandler) {
  Start();
  RawClient client(server_->port());
  client.Send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto cancel = waiting_.get_future().get();
  EXPECT_FALSE(cancel->cancelled());
  client.Close();
  const auto patience = In(seconds(10));
  while (!cancel->cancelled() && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_TRUE(cancel->cancelled());
  release_.set_value();
}

TEST_F(HttpServerTest, StreamsPiecesAsChunksAndKeepsTheConnection) {
  Start();
  RawClient client(server_->port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto sink = feed_->Sink();
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  sink->Write("hello", false);
  EXPECT_EQ(client.ReadUntil("hello\r\n"), "5\r\nhello\r\n");
  while (feed_->written < 1) std::this_thread::yield();
  sink->Write("end", true);
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "3\r\nend\r\n0\r\n\r\n");
  EXPECT_TRUE(feed_->Closed());
  client.Send(kGetHealth);
  EXPECT_THAT(client.ReadToEnd(), testing::EndsWith("ok"));
}

TEST_F(HttpServerTest, AStreamEndsWhenItsCallerLeaves) {
  Start();
  RawClient client(server_->port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto sink = feed_->Sink();
  client.Close();
  EXPECT_TRUE(feed_->Closed());
  sink->Write("into the void", true);
}

TEST_F(HttpServerTest, AStreamIsToldOfItsDeadline) {
  feed_->until = In(milliseconds(20));
  Start();
  RawClient client(server_->port());
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto sink = feed_->Sink();
  EXPECT_EQ(feed_->Stopped(), StopReason::kDeadline);
  sink->Write("late", true);
  EXPECT_TRUE(feed_->Closed());
}

TEST_F(HttpServerTest, DrainEndsIdleConnectionsAndStreamsAndLetsRequestsFinish) {
  WorkerPool workers("more", 3, 10);
  auto server = HttpServer::Start(options_, [this](const HttpRequest& head) { return mux_.Select(head); }, workers);
  const auto port = (*server)->port();
  RawClient idle(port), busy(port), stream(port);
  idle.Send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.ReadResponse();
  busy.Send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  waiting_.get_future().wait();
  stream.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto sink = feed_->Sink();
  EXPECT_EQ((*server)->in_flight(), 2u);

  (*server)->StartDrain();
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_EQ(feed_->Stopped(), StopReason::kDrain);
  sink->Write("bye", true);
  EXPECT_THAT(stream.ReadToEnd(), HasSubstr("bye"));
  EXPECT_FALSE((*server)->WaitIdle(In(milliseconds(1))));
  release_.set_value();
  EXPECT_THAT(busy.ReadToEnd(), HasSubstr("Connection: close"));
  EXPECT_TRUE((*server)->WaitIdle(In(seconds(10))));
}

TEST_F(HttpServerTest, StopCancelsAndWaitsForTheHandler) {
  Start();
  RawClient client(server_->port());
  client.Send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto cancel = waiting_.get_future().get();
  std::thread stopper([&] { server_->Stop(); });
  while (!cancel->cancelled()) std::this_thread::yield();
  EXPECT_EQ(server_->in_flight(), 1u);
  release_.set_value();
  stopper.join();
  EXPECT_EQ(server_->in_flight(), 0u);
  EXPECT_FALSE(RawClient(server_->port()).connected());
}

TEST_F(HttpServerTest, ListensOnIpv6AndNamesWhatItCannotListenOn) {
  options_.address = "::1";
  Start();
  options_.port = server_->port();
  const auto taken = HttpServer::Start(options_, [](const HttpRequest&) { return std::nullopt; }, workers_);
  EXPECT_EQ(taken.error().reason(), reasons::kNetworkError);
  options_.address = "nowhere";
  EXPECT_FALSE(HttpServer::Start(options_, [](const HttpRequest&) { return std::nullopt; }, workers_).ok());
}

}  // namespace
}  // namespace argus::net
