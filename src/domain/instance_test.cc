#include "domain/instance.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace argus::domain {
namespace {

v1::Instance Postgres() {
  v1::Instance instance;
  instance.set_engine(v1::POSTGRES);
  instance.set_host("db.example.com");
  instance.set_environment("environments/dev");
  instance.set_password("secret");
  return instance;
}

v1::Instance Sqlite() {
  v1::Instance instance;
  instance.set_engine(v1::SQLITE);
  instance.set_data_dir("/var/lib/shop");
  return instance;
}

std::string WrongField(v1::Instance instance, const std::function<void(v1::Instance&)>& spoil) {
  spoil(instance);
  const auto status = CheckInstance(instance);
  return status.ok() ? "" : status.error().fields().at(0).field;
}

TEST(InstanceTest, AcceptsBothEngines) {
  EXPECT_TRUE(CheckInstance(Postgres()).ok());
  EXPECT_TRUE(CheckInstance(Sqlite()).ok());
}

TEST(InstanceTest, NamesTheWrongField) {
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.clear_engine(); }), "instance.engine");
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.set_port(65536); }), "instance.port");
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.set_host("a\nb"); }), "instance.host");
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.set_host(std::string(2000, 'a')); }), "instance.host");
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.set_data_dir("/x"); }), "instance.dataDir");
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.set_environment("dev"); }), "instance.environment");
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.set_password_ref("env://PW"); }), "instance.passwordRef");
  EXPECT_EQ(WrongField(Sqlite(), [](auto& i) { i.set_data_dir("relative"); }), "instance.dataDir");
  EXPECT_EQ(WrongField(Sqlite(), [](auto& i) { i.set_host("localhost"); }), "instance.host");
}

TEST(InstanceTest, PasswordReferencesHaveAForm) {
  const auto ref = [](std::string text) {
    return [text](v1::Instance& i) { i.clear_password(), i.set_password_ref(text); };
  };
  EXPECT_EQ(WrongField(Postgres(), ref("env://PW")), "");
  EXPECT_EQ(WrongField(Postgres(), ref("file:///run/secrets/pw")), "");
  EXPECT_EQ(WrongField(Postgres(), ref("file://pw")), "instance.passwordRef");
  EXPECT_EQ(WrongField(Postgres(), ref("hunter2")), "instance.passwordRef");
}

TEST(InstanceTest, CertificatesArePem) {
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.mutable_tls()->set_ca_certificate("x"); }),
            "instance.tls.caCertificate");
  EXPECT_EQ(WrongField(Postgres(), [](auto& i) { i.mutable_tls()->set_client_key("-----BEGIN PRIVATE KEY-----"); }),
            "instance.tls.clientCertificate");
}

}  // namespace
}  // namespace argus::domain
