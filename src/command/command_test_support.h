// Commands on a real metastore, with a clock whose hands are turned by the test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "auth/password.h"
#include "command/grants.h"
#include "command/system_context.h"
#include "domain/actor.h"
#include "store/audit_log_store.h"
#include "store/iam_policy_store.h"
#include "store/metastore.h"
#include "store/project_store.h"
#include "store/user_store.h"
#include "tests/support/fresh_database.h"

namespace argus::command {

class HandClock final : public Clock {
 public:
  Timestamp Now() const override { return FromMicros(1779525731123456) + passed; }
  // Close to the real one, which deadlines are compared with.
  MonotonicTime Monotonic() const override { return start + passed; }
  const MonotonicTime start = std::chrono::steady_clock::now();
  std::chrono::microseconds passed{0};
};

// The value, or the error as the test's failure.
template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.error().ToString();
  return std::move(result).value();
}
inline void Must(const Status& status) {
  if (!status.ok()) ADD_FAILURE() << status.error().ToString();
}

// "PERMISSION_DENIED", "LAST_ADMIN", …; "" for success.
template <typename T>
std::string ReasonOf(const Result<T>& result) {
  return result.ok() ? "" : std::string(result.error().reason().name);
}
template <typename T>
std::string FieldOf(const Result<T>& result) {
  return result.ok() || result.error().fields().empty() ? "" : result.error().fields()[0].field;
}

inline constexpr const char* kTestPassword = "correct horse battery";

// Made once: it costs what it should.
inline const std::string& TestPasswordHash() {
  static const std::string hash = Must(auth::PasswordHasher().Hash(kTestPassword));
  return hash;
}

// Users admin (workspaceAdmin) and alice (nothing) exist.
class CommandTest : public testing::TestWithParam<db::Dialect> {
 protected:
  CommandTest() {
    AddUser("admin");
    Give("workspace", {"roles/workspaceAdmin", "users/admin"});
    AddUser("alice");
  }

  RequestContext As(const std::string& login_id) const {
    RequestContext ctx;
    ctx.actor = domain::ActorOf({login_id});
    ctx.client_address = "10.0.0.1";
    ctx.correlation_id = "req-1";
    return ctx;
  }

  // Their password is kTestPassword.
  void AddUser(const std::string& login_id) {
    v1::User user;
    user.set_login_id(login_id);
    user.set_state(v1::ACTIVE);
    Write([&](store::Transaction& tx) { Must(store::InsertUser(tx, user, TestPasswordHash())); });
  }
  void AddProject(const std::string& id) {
    v1::Project project;
    project.set_title(id);
    project.set_state(v1::ACTIVE);
    Write([&](store::Transaction& tx) { Must(store::InsertProject(tx, {id}, project)); });
  }
  // `resource`: "workspace" or "projects/play".
  void Give(std::string_view resource, const Grant& grant) {
    Write([&](store::Transaction& tx) { Must(AddGrants(tx, resource, {grant})); });
  }
  // One transaction around `work` (Transaction& -> void).
  template <typename Work>
  void Write(Work&& work) {
    Must(metastore_->Write(ctx_, [&](store::Transaction& tx) -> Status {
      work(tx);
      audit::Entry entry;
      entry.action = "bb.test.write";
      return tx.Commit(entry);
    }));
  }
  store::Snapshot Read() { return metastore_->Read(ctx_); }

  // The newest entries of the audit log, newest first.
  std::vector<v1::AuditLog> Audit(const std::string& filter = "") {
    auto reader = Read();
    store::ListQuery query;
    query.filter = filter;
    return Must(store::ListAuditLogs(reader, query)).items;
  }
  v1::AuditLog LastAudit() { return Audit().at(0); }

  const RequestContext ctx_ = SystemContext("test");
  test::TemporaryFolder folder_;
  HandClock clock_;
  test::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<store::Metastore> metastore_ = Must(store::Metastore::Open({.url = fresh_.url()}, clock_));
  auth::PasswordHasher hasher_;
};

inline std::string DialectOf(const testing::TestParamInfo<db::Dialect>& info) { return test::DialectName(info); }

// On both metastores.
#define ARGUS_COMMAND_SUITE(Suite) \
  INSTANTIATE_TEST_SUITE_P(Dialects, Suite, testing::ValuesIn(::argus::test::kDialects), \
                           ::argus::command::DialectOf)

}  // namespace argus::command
