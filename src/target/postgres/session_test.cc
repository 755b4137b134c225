#include "target/postgres/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "domain/reasons.h"
#include "target/postgres/connect_error.h"
#include "tests/support/fresh_database.h"
#include "tests/support/postgres_server.h"

namespace argus::target::postgres {
namespace {

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void Shell(const std::string& command) {
  ASSERT_EQ(std::system(("(" + command + ") >/dev/null 2>&1").c_str()), 0) << command;
}

// A server that speaks TLS under a certificate for "localhost", asks the role "secret" for a password and the role
// "client" for a certificate.
class SessionTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TemporaryFolder>();
    const auto& folder = folder_->path();
    const auto key = "openssl req -newkey rsa:2048 -nodes";
    for (const std::string authority : {"ca", "stranger"}) {
      Shell(
          fmt::format("{0} -x509 -days 2 -subj /CN={1} -keyout {2}/{1}.key -out {2}/{1}.crt", key, authority, folder));
    }
    for (const std::string name : {"localhost", "client"}) {
      Shell(fmt::format(
          "{0} -subj /CN={1} -addext subjectAltName=DNS:{1} -keyout {2}/{1}.key -out {2}/{1}.csr && openssl x509"
          " -req -days 2 -in {2}/{1}.csr -copy_extensions copy -CA {2}/ca.crt -CAkey {2}/ca.key -CAcreateserial"
          " -out {2}/{1}.crt",
          key, name, folder));
    }
    std::ofstream(folder + "/hba") << "host all secret 127.0.0.1/32 scram-sha-256\n"
                                      "hostssl all client 127.0.0.1/32 cert\nhost all all 127.0.0.1/32 trust\n";
    GiveToServer(folder);
    server_ = std::make_unique<test::PostgresServer>(test::PostgresServer::Options{
        .settings = {"ssl=on", "ssl_cert_file=" + folder + "/localhost.crt",
                     "ssl_key_file=" + folder + "/localhost.key", "ssl_ca_file=" + folder + "/ca.crt",
                     "hba_file=" + folder + "/hba"}});
    const auto session = Session::Connect({}, Spec());
    ASSERT_TRUE(session.ok()) << session.error().ToString();
    ASSERT_TRUE((*session)->Send({}, "CREATE ROLE secret LOGIN PASSWORD 'pa''ss'; CREATE ROLE client LOGIN").done());
  }
  static void TearDownTestSuite() {
    server_.reset();
    folder_.reset();
  }
  // A test that runs as root gives its server another user, who must own the key.
  static void GiveToServer(const std::string& folder) {
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    if (geteuid() != 0) return;
    const passwd* user = getpwnam("postgres") != nullptr ? getpwnam("postgres") : getpwnam("nobody");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      ASSERT_EQ(chown(entry.path().c_str(), user->pw_uid, user->pw_gid), 0);
    }
  }
  static ConnectionSpec Spec(v1::TlsConfig::Mode mode = v1::TlsConfig::DISABLE, const std::string& authority = "") {
    ConnectionSpec spec;
    spec.host = "localhost";
    spec.port = server_->port();
    spec.username = "argus";
    spec.tls.set_mode(mode);
    if (!authority.empty()) spec.tls.set_ca_certificate(ReadFile(folder_->path() + "/" + authority + ".crt"));
    return spec;
  }
  static std::string Connected(const ConnectionSpec& spec) {
    const auto session = Session::Connect({}, spec);
    if (!session.ok()) return std::string(session.error().reason().name);
    const auto reply = (*session)->Query({}, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    return reply.rows.at(0).at(0) == "t" ? "encrypted" : "plain";
  }

  static std::unique_ptr<test::TemporaryFolder> folder_;
  static std::unique_ptr<test::PostgresServer> server_;
};

std::unique_ptr<test::TemporaryFolder> SessionTest::folder_;
std::unique_ptr<test::PostgresServer> SessionTest::server_;

TEST_F(SessionTest, EncryptsAsAsked) {
  EXPECT_EQ(Connected(Spec(v1::TlsConfig::DISABLE)), "plain");
  EXPECT_EQ(Connected(Spec(v1::TlsConfig::REQUIRE)), "encrypted");
}

TEST_F(SessionTest, VerifiesTheAuthority) {
  EXPECT_EQ(Connected(Spec(v1::TlsConfig::VERIFY_CA, "ca")), "encrypted");
  EXPECT_EQ(Connected(Spec(v1::TlsConfig::VERIFY_CA, "stranger")), "TLS_FAILED");
  EXPECT_EQ(Connected(Spec(v1::TlsConfig::VERIFY_FULL)), "TLS_FAILED") << "the system's authorities do not know it";
}

TEST_F(SessionTest, VerifiesTheHostName) {
  auto spec = Spec(v1::TlsConfig::VERIFY_FULL, "ca");
  EXPECT_EQ(Connected(spec), "encrypted");
  spec.host = "127.0.0.1";
  EXPECT_EQ(Connected(spec), "TLS_FAILED");
  spec.tls.set_mode(v1::TlsConfig::VERIFY_CA);
  EXPECT_EQ(Connected(spec), "encrypted");
}

TEST_F(SessionTest, ShowsAClientCertificate) {
  auto spec = Spec(v1::TlsConfig::VERIFY_FULL, "ca");
  spec.username = "client";
  EXPECT_EQ(Connected(spec), "CONNECTION_FAILED");
  spec.tls.set_client_certificate(ReadFile(folder_->path() + "/client.crt"));
  spec.tls.set_client_key(ReadFile(folder_->path() + "/client.key"));
  EXPECT_EQ(Connected(spec), "encrypted");
  spec.tls.set_client_key("not a key");
  const auto refused = Session::Connect({}, spec);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().ToString().find("not a key"), std::string::npos);
}

TEST_F(SessionTest, SaysWhyALoginIsRefusedWithoutThePassword) {
  auto spec = Spec();
  spec.username = "secret";
  spec.password = "pa'ss";
  EXPECT_EQ(Connected(spec), "plain");
  spec.password = "hunter2";
  const auto refused = Session::Connect({}, spec);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(refused.error().metadata().at(0).second, "28P01");
  EXPECT_NE(refused.error().message().find("password authentication failed"), std::string::npos);
  EXPECT_EQ(refused.error().ToString().find("hunter2"), std::string::npos);
  EXPECT_EQ(refused.error().ToString().find("LOCATION"), std::string::npos);
}

TEST_F(SessionTest, NamesAMissingDatabaseAndADeadServer) {
  auto spec = Spec();
  spec.database = "missing";
  EXPECT_EQ(Session::Connect({}, spec).error().metadata().at(0).second, "3D000");
  spec.port = 1;
  EXPECT_EQ(Session::Connect({}, spec).error().code(), Code::kUnavailable);
  spec.port = 70000;
  EXPECT_EQ(Session::Connect({}, spec).error().code(), Code::kInvalidArgument);
}

TEST_F(SessionTest, GivesUpWaitingForASilentServer) {
  const int silent = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(silent, 1), 0);
  getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size);
  ConnectionSpec spec;
  spec.port = ntohs(address.sin_port);
  spec.connect_timeout = std::chrono::milliseconds(100);
  EXPECT_EQ(Session::Connect({}, spec).error().code(), Code::kUnavailable);
  RequestContext ctx;
  ctx.cancel->Cancel();
  EXPECT_EQ(Session::Connect(ctx, spec).error().code(), Code::kCancelled);
  close(silent);
}

TEST_F(SessionTest, SendsAndReceivesMuchAtOnce) {
  auto session = *Session::Connect({}, Spec());
  const auto reply = session->Query({}, "SELECT $1 || $1", {std::string(8 << 20, 'x')});
  ASSERT_TRUE(reply.done()) << reply.error.message;
  EXPECT_EQ(reply.rows.at(0).at(0)->size(), 16u << 20);
}

TEST_F(SessionTest, LeavesAStatementThatWantsTheClientsData) {
  auto session = *Session::Connect({}, Spec());
  EXPECT_EQ(session->Execute({}, "COPY pg_class TO STDOUT").kind, Reply::Kind::kLost);
  EXPECT_FALSE(session->alive());
  EXPECT_EQ(session->Execute({}, "SELECT 1").kind, Reply::Kind::kLost);
}

TEST(ConnectError, FindsTheSqlstateAndDropsTheLocation) {
  const auto error = ConnectError(
      "connection to server at \"h\", port 5432 failed: FATAL:  57P03: the database system is starting up\nLOCATION:  "
      "x, y.c:1\n");
  EXPECT_EQ(error.code(), Code::kUnavailable);
  EXPECT_EQ(error.message(),
            "connection to server at \"h\", port 5432 failed: FATAL:  57P03: the database system is starting up");
  EXPECT_EQ(ConnectError("SSL error: certificate verify failed\n").reason(), reasons::kTlsFailed);
  EXPECT_EQ(ConnectError("").reason(), reasons::kConnectionFailed);
}

}  // namespace
}  // namespace argus::target::postgres
