#include "app/server.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "app/catalogue.h"
#include "app/data_dir.h"
#include "cli/api_client.h"
#include "platform/http/http_client.h"
#include "platform/telemetry/metrics/runtime.h"
#include "tests/support/fresh_database.h"

namespace argus::app {
namespace {

class ServerTest : public testing::Test {
 protected:
  std::unique_ptr<Server> Start(const std::string& name, bool demo = false) {
    ServerOptions options;
    options.address = "127.0.0.1";
    options.port = options.grpc_port = 0;
    options.data_dir = folder_.path() + "/" + name;
    options.admin_password = "a password of " + name;
    options.demo = demo;
    auto server = Server::Start(options, clock_, logger_);
    EXPECT_TRUE(server.ok()) << (server.ok() ? "" : server.error().ToString());
    return server.ok() ? *std::move(server) : nullptr;
  }
  static std::string Url(const Server& server) { return "http://127.0.0.1:" + std::to_string(server.http_port()); }
  static Result<v1::LoginResponse> Login(const Server& server, const std::string& password) {
    v1::LoginRequest request;
    request.set_login_id("admin");
    request.set_password(password);
    return cli::ApiClient::Anonymous(Url(server)).Call<v1::LoginResponse>(request);
  }

  test::TemporaryFolder folder_;
  SystemClock clock_;
  log::Logger logger_{{.json = true, .level = log::Level::kError, .fd = 2}};
};

TEST_F(ServerTest, TwoServersLiveInOneProcess) {
  const auto first = Start("first");
  const auto second = Start("second");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->http_port(), second->http_port());
  EXPECT_TRUE(Login(*first, "a password of first").ok());
  EXPECT_TRUE(Login(*second, "a password of second").ok());
  EXPECT_FALSE(Login(*second, "a password of first").ok());
}

TEST_F(ServerTest, DrainEndsReadinessAndTheDataDirectoryIsFreeAfterwards) {
  auto server = Start("one");
  ASSERT_TRUE(server);
  EXPECT_EQ(http::Send({.url = Url(*server) + "/readyz"})->status, 200);
  EXPECT_FALSE(DataDir::Open(folder_.path() + "/one").ok());
  EXPECT_TRUE(server->Drain(std::chrono::seconds(5)));
  server.reset();
  EXPECT_TRUE(DataDir::Open(folder_.path() + "/one").ok());
}

// Of the metric families: what a fresh server exports, and no more series than a scraper is asked to bear.
TEST_F(ServerTest, ExportsTheCatalogueAndNothingElse) {
  const auto server = Start("one");
  ASSERT_TRUE(server);
  ASSERT_TRUE(Login(*server, "a password of one").ok());  // The first durations.
  const auto scrape = http::Send({.url = Url(*server) + "/metrics"});
  ASSERT_TRUE(scrape.ok());
  std::set<std::string> exported;
  std::size_t series = 0;
  std::istringstream lines(scrape->body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) exported.insert(line.substr(7, line.find(' ', 7) - 7));
    if (!line.starts_with("#")) ++series;
  }
  std::set<std::string> catalogue;
  for (const auto& family : MetricsCatalogue()) catalogue.emplace(family.name);
  for (const auto& name : exported) EXPECT_TRUE(catalogue.contains(name)) << name << " is not in the catalogue";
  // Nobody reads a standby's lag where there is none; not every allocator tells everything.
  catalogue.erase("argus_metastore_replay_lag_seconds");
  for (const auto& family : metrics::MemoryFamilies()) catalogue.erase(std::string(family.name));
  for (const auto& name : catalogue) EXPECT_TRUE(exported.contains(name)) << name << " is not exported";
  EXPECT_LE(series, 5000u);
}

TEST_F(ServerTest, WrongOptionsAreNamed) {
  ServerOptions options;
  options.data_dir = folder_.path() + "/wrong";
  options.trusted_proxies = {"10.0.0.0/99"};
  EXPECT_NE(Server::Start(options, clock_, logger_).error().message().find("10.0.0.0/99"), std::string::npos);
  options.trusted_proxies.clear();
  options.metastore_url = "mysql://nowhere";
  EXPECT_FALSE(Server::Start(options, clock_, logger_).ok());
}

}  // namespace
}  // namespace argus::app
