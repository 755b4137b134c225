// Connect and REST over real loopback sockets.
#include "platform/rpc/http_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "platform/base/encoding.h"
#include "platform/net/gzip.h"
#include "platform/net/http_server.h"
#include "platform/net/raw_client.h"
#include "platform/rpc/testdata/echo_service.h"

namespace argus::rpc {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPath = "/argus.rpctest.v1.EchoService/";

std::string Frame(char flags, std::string_view bytes) {
  std::string frame{flags, 0, 0, static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size() & 0xFF)};
  return frame += bytes;
}

class HttpApiTest : public testing::Test {
 protected:
  HttpApiTest() : api_(dispatcher_, workers_) {
    service_.Register(dispatcher_);
    dispatcher_.SetBodyLimit("argus.rpctest.v1.EchoService.Update", 1000);
    dispatcher_.SetInterceptors({[this](Call& call, const Next& next) {
      call.context().correlation_id = "corr-1";
      call.response_headers().Add("X-Correlation-ID", "corr-1");
      auto result = next(call);
      const std::lock_guard lock(mutex_);
      routes_.push_back(std::string(ProtocolName(call.protocol())) + " " + call.route());
      deadline_ = call.context().deadline;
      return result;
    }});
    EXPECT_TRUE(dispatcher_.Check().ok());
    EXPECT_TRUE(api_.Build().ok());
    net::HttpServerOptions options;
    options.address = "127.0.0.1";
    options.render_error = RenderHttpError;
    server_ = net::HttpServer::Start(options, [this](const net::HttpRequest& head) { return api_.Select(head); }, workers_)
                  .value();
  }

  // `head`: request line and headers without Host, Connection and Content-Length.
  std::string Send(const std::string& head, const std::string& body = "") {
    net::RawClient client(server_->port());
    client.Send(head + "\r\nHost: a\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.ReadToEnd();
  }
  std::string Connect(const std::string& method, const std::string& type, const std::string& body,
                      const std::string& more = "") {
    return Send("POST " + std::string(kPath) + method + " HTTP/1.1\r\nContent-Type: " + type + more, body);
  }
  static std::string BodyOf(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }

  rpctest::EchoService service_;
  Dispatcher dispatcher_;
  WorkerPool workers_{"test", 2, 100};
  HttpApi api_;
  std::vector<std::string> Routes() {
    const std::lock_guard lock(mutex_);
    return routes_;
  }
  MonotonicTime Deadline() {
    const std::lock_guard lock(mutex_);
    return deadline_;
  }

  std::mutex mutex_;
  std::vector<std::string> routes_;
  MonotonicTime deadline_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(HttpApiTest, ConnectUnaryJson) {
  const auto response = Connect("Get", "application/json", R"({"name":"a","pageSize":3})", "\r\nConnect-Protocol-Version: 1");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, AllOf(HasSubstr("Content-Type: application/json\r\n"), HasSubstr("X-Handler: get\r\n"),
                              HasSubstr("Trailer-X-Took: 1ms\r\n"), HasSubstr("X-Correlation-ID: corr-1\r\n")));
  EXPECT_THAT(BodyOf(response), AllOf(StartsWith(R"({"name":"a",)"), HasSubstr(R"("small":3)"), HasSubstr(R"("note":"127.0.0.1")")));
  EXPECT_THAT(Routes(), testing::ElementsAre("connect /argus.rpctest.v1.EchoService/Get"));
}

TEST_F(HttpApiTest, ConnectUnaryProtoAndGzip) {
  rpctest::v1::GetRequest request;
  request.set_name("large");
  const auto response = Connect("Get", "application/proto", net::Gzip(request.SerializeAsString()),
                                "\r\nContent-Encoding: gzip\r\nAccept-Encoding: gzip");
  EXPECT_THAT(response, HasSubstr("Content-Encoding: gzip\r\n"));
  rpctest::v1::Thing thing;
  ASSERT_TRUE(thing.ParseFromString(net::Gunzip(BodyOf(response), 100'000).value()));
  EXPECT_EQ(thing.data(), std::string(10'000, 'x'));
}

TEST_F(HttpApiTest, ConnectGet) {
  const std::string path = "GET " + std::string(kPath) + "Get?connect=v1&encoding=json&";
  EXPECT_THAT(Send(path + "message=%7B%22name%22%3A%22a%22%7D HTTP/1.1"), HasSubstr(R"("name":"a")"));
  EXPECT_THAT(Send(path + "base64=1&message=" + Base64UrlEncode(R"({"name":"b"})") + " HTTP/1.1"), HasSubstr(R"("name":"b")"));
  EXPECT_THAT(Send(path + "base64=1&message=!! HTTP/1.1"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Send("GET " + std::string(kPath) + "Update?encoding=json&message=%7B%7D HTTP/1.1"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: POST\r\n")));
}

TEST_F(HttpApiTest, ConnectErrors) {
  const auto missing = Connect("Get", "application/json", R"({"name":"missing"})");
  EXPECT_THAT(missing, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(BodyOf(missing), AllOf(HasSubstr(R"("code":"not_found")"), HasSubstr(R"("reason":"SERVICE_UNKNOWN")"),
                                     HasSubstr(R"("requestId":"corr-1")"), Not(HasSubstr("password"))));
  EXPECT_THAT(Connect("Get", "application/json", "{'name':1}"), HasSubstr("INVALID_JSON"));
  EXPECT_THAT(Connect("Get", "application/json", R"({"nope":1})"), HasSubstr(R"("field":"nope")"));
  EXPECT_THAT(Connect("Get", "application/proto", "\xff\xff"), HasSubstr("INVALID_BODY"));
  EXPECT_THAT(Connect("Get", "text/plain", "{}"),
              AllOf(StartsWith("HTTP/1.1 415 "), HasSubstr("Accept-Post: application/json"), HasSubstr("corr-1")));
  EXPECT_THAT(Connect("Get", "application/json; charset=latin1", "{}"), StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Connect("Get", "application/json", "{}", "\r\nContent-Encoding: br"), HasSubstr("\"unimplemented\""));
  EXPECT_THAT(Connect("Get", "application/json", "{}", "\r\nConnect-Protocol-Version: 2"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Connect("Get", "application/json", "{}", "\r\nConnect-Timeout-Ms: 12345678901"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Connect("Get", "application/json", R"({"name":"throw"})"),
              AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("foreign"))));
  EXPECT_THAT(Send("DELETE " + std::string(kPath) + "Get HTTP/1.1"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, POST\r\n")));
  EXPECT_THAT(Connect("Nope", "application/json", "{}"), AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("ROUTE_NOT_FOUND")));
}

TEST_F(HttpApiTest, ATooLargeBodyIsSeenByTheInterceptors) {
  const std::string body = R"({"thing":{"name":")" + std::string(2000, 'x') + "\"}}";
  EXPECT_THAT(Connect("Update", "application/json", body),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("BODY_TOO_LARGE"), HasSubstr("corr-1")));
  EXPECT_THAT(Connect("Update", "application/json", net::Gzip(body), "\r\nContent-Encoding: gzip"),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("BODY_TOO_LARGE")));
  EXPECT_EQ(Routes().size(), 2u);
}

TEST_F(HttpApiTest, TheCallersTimeoutShortensTheDeadline) {
  Connect("Get", "application/json", "{}", "\r\nConnect-Timeout-Ms: 500");
  EXPECT_LE(Deadline(), std::chrono::steady_clock::now() + std::chrono::milliseconds(500));
  Connect("Get", "application/json", "{}", "\r\nConnect-Timeout-Ms: 9999999999");
  EXPECT_LE(Deadline(), std::chrono::steady_clock::now() + std::chrono::minutes(1));
}

TEST_F(HttpApiTest, ConnectServerStream) {
  const auto response = Connect("Count", "application/connect+json", Frame(0, R"({"upTo":2})"));
  EXPECT_THAT(response, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Type: application/connect+json\r\n")));
  EXPECT_THAT(response, HasSubstr(Frame(0, R"({"number":1})")));
  EXPECT_THAT(response, HasSubstr(Frame(0, R"({"number":2})")));
  EXPECT_THAT(response, HasSubstr(Frame(2, "{}")));
  EXPECT_EQ(service_.open_streams, 0);
}

TEST_F(HttpApiTest, ConnectStreamErrorsComeInTheLastFrame) {
  const auto early = Connect("Count", "application/connect+json", Frame(0, R"({"upTo":-1})"));
  EXPECT_THAT(early, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(R"({"error":{"code":"invalid_argument")")));
  const auto late = Connect("Count", "application/connect+proto", Frame(0, "\x08\x14"));
  EXPECT_THAT(late, AllOf(HasSubstr(Frame(0, "\x08\x0d")), HasSubstr(R"("code":"out_of_range")")));
  for (const std::string& bad : {std::string(), std::string("{}"), Frame(0, "{}") + Frame(0, "{}"), Frame(2, "{}"), Frame(0, "{")}) {
    EXPECT_THAT(Connect("Count", "application/connect+json", bad), HasSubstr(R"("code":"invalid_argument")"));
  }
  EXPECT_THAT(Connect("Count", "application/json", "{}"), StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Connect("Get", "application/connect+json", Frame(0, "{}")), StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Connect("Collect", "application/connect+json", Frame(0, "{}")),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(R"("code":"unimplemented")")));
}

TEST_F(HttpApiTest, AStreamEndsWithItsDeadline) {
  EXPECT_THAT(Connect("Count", "application/connect+json", Frame(0, R"({"upTo":1,"holdOpen":true})"), "\r\nConnect-Timeout-Ms: 30"),
              AllOf(HasSubstr(R"({"number":1})"), HasSubstr(R"("code":"deadline_exceeded")")));
}

TEST_F(HttpApiTest, AStreamEndsOnDrainAndWhenItsCallerLeaves) {
  const std::string request = "POST " + std::string(kPath) +
                              "Count HTTP/1.1\r\nHost: a\r\nContent-Type: application/connect+json\r\nContent-Length: 32\r\n\r\n" +
                              Frame(0, R"({"upTo":1, "holdOpen":true})");
  net::RawClient leaving(server_->port()), staying(server_->port());
  leaving.Send(request);
  staying.Send(request);
  leaving.ReadUntil(R"({"number":1})");
  staying.ReadUntil(R"({"number":1})");
  EXPECT_EQ(service_.open_streams, 2);
  leaving.Close();
  while (service_.open_streams > 1) std::this_thread::yield();
  server_->StartDrain();
  EXPECT_THAT(staying.ReadToEnd(), AllOf(HasSubstr(R"("code":"unavailable")"), HasSubstr("DRAINING")));
  EXPECT_EQ(service_.open_streams, 0);
}

TEST_F(HttpApiTest, RestReadsAndWrites) {
  EXPECT_THAT(Send("GET /v1/racks/a/things/b?pageSize=4 HTTP/1.1"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(R"("name":"racks/a/things/b")"), HasSubstr(R"("small":4)"),
                    HasSubstr("\r\nX-Took: 1ms\r\n")));
  EXPECT_THAT(Send("POST /v1/racks/a/things?requestId=7 HTTP/1.1\r\nContent-Type: application/json", R"({"state":"ACTIVE"})"),
              AllOf(HasSubstr(R"("name":"racks/a/things/7")"), HasSubstr(R"("state":"ACTIVE")")));
  EXPECT_THAT(BodyOf(Send("POST /v1/racks/a/things/b:cancel HTTP/1.1\r\nContent-Type: application/json", R"({"reason":"why"})")),
              StartsWith(R"({"name":"racks/a/things/b why",)"));
  EXPECT_THAT(Routes(), testing::ElementsAre("rest /v1/{name=racks/*/things/*}", "rest /v1/{parent=racks/*}/things",
                                            "rest /v1/{name=racks/*/things/*}:cancel"));
}

TEST_F(HttpApiTest, RestErrors) {
  EXPECT_THAT(BodyOf(Send("GET /v1/racks/a/things/missing HTTP/1.1")),
              StartsWith(R"({"error":{"code":404,"status":"NOT_FOUND","message":"no such thing","details":[{"@type":)"));
  EXPECT_THAT(Send("GET /v1/racks/a/things/b?pageSize=x HTTP/1.1"),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr(R"("field":"pageSize")")));
  EXPECT_THAT(Send("PATCH /v1/racks/a/things/b HTTP/1.1\r\nContent-Type: application/json", R"({"parts":[{"sheet":1}]})"),
              HasSubstr(R"("field":"thing.parts[0].sheet")"));
  EXPECT_THAT(Send("POST /v1/racks/a/things HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", "{}"),
              AllOf(StartsWith("HTTP/1.1 415 "), HasSubstr("UNSUPPORTED_MEDIA_TYPE")));
  EXPECT_THAT(Send("PUT /v1/racks/a/things/b HTTP/1.1"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, PATCH\r\n"), HasSubstr("METHOD_NOT_ALLOWED")));
  EXPECT_THAT(Send("GET /v2/nothing HTTP/1.1\r\nX-Request-ID: mine"),
              AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("ROUTE_NOT_FOUND"), HasSubstr("X-Correlation-ID: mine\r\n")));
}

TEST_F(HttpApiTest, MalformedHttpIsAnsweredInTheSameShape) {
  net::RawClient client(server_->port());
  client.Send("what is this\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr(R"("reason":"MALFORMED_REQUEST")")));
}

}  // namespace
}  // namespace argus::rpc
