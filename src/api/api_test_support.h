// A whole server without sockets: every service and command on a SQLite metastore in a folder of its own.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/register.h"
#include "command/bootstrap.h"
#include "store/database_store.h"
#include "store/instance_store.h"
#include "tests/support/fresh_database.h"

namespace argus::api {

inline constexpr const char* kAdminPassword = "correct horse battery";

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.error().ToString();
  if (!result.ok()) std::abort();
  return std::move(result).value();
}

// Builds what stands below the api in the order that a composition root does.
class TestServer {
 public:
  TestServer() {
    command::BootstrapOptions admin{folder_.path(), kAdminPassword};
    Must(command::EnsureAdmin(*metastore_, hasher_, admin));
    api_ = Must(RegisterAll(dispatcher_, {clock_,
                                          logger_,
                                          http_metrics_,
                                          *readiness_,
                                          *metastore_,
                                          CommandRefs(),
                                          {"1.2.3", "abc", clock_.Now(), "http://argus", false, false}}));
  }

  struct Answer {
    Result<rpc::MessagePtr> result;
    std::unique_ptr<rpc::Call> call;
  };
  // `method`: "PlanService/GetPlan".
  Answer Send(std::string_view method, const google::protobuf::Message& request, const std::string& token = "",
              net::Headers headers = {}) {
    rpc::Arrival arrival;
    arrival.method = dispatcher_.Find("/argus.v1." + std::string(method));
    EXPECT_NE(arrival.method, nullptr) << method;
    if (!token.empty()) headers.Add("authorization", "bearer " + token);
    arrival.headers = std::move(headers);
    arrival.route = arrival.path = arrival.method->path();
    arrival.context.client_address = "10.0.0.1";
    arrival.decode = [copy = request.SerializeAsString()](google::protobuf::Message& message) -> Status {
      EXPECT_TRUE(message.ParseFromString(copy));
      return Ok();
    };
    auto call = std::make_unique<rpc::Call>(std::move(arrival));
    auto result = dispatcher_.Run(*call);
    return {std::move(result), std::move(call)};
  }

  template <typename Response>
  Result<Response> Call(std::string_view method, const google::protobuf::Message& request,
                        const std::string& token = "") {
    auto answer = Send(method, request, token);
    if (!answer.result.ok()) return answer.result.error();
    return static_cast<const Response&>(**answer.result);
  }

  // An access token.
  std::string SignIn(const std::string& login_id, const std::string& password = kAdminPassword) {
    v1::LoginRequest request;
    request.set_login_id(login_id);
    request.set_password(password);
    return Must(Call<v1::LoginResponse>("AuthService/Login", request)).access_token();
  }

  // Made by `admin_token`; their password is kAdminPassword. Answers with their token.
  std::string AddUser(const std::string& admin_token, const std::string& login_id) {
    v1::CreateUserRequest request;
    request.mutable_user()->set_login_id(login_id);
    request.set_password(kAdminPassword);
    Must(Call<v1::User>("UserService/CreateUser", request, admin_token));
    return SignIn(login_id);
  }

  v1::Project AddProject(const std::string& token, const std::string& id) {
    v1::CreateProjectRequest request;
    request.set_project_id(id);
    request.mutable_project()->set_title(id);
    return Must(Call<v1::Project>("ProjectService/CreateProject", request, token));
  }

  // Gives `role` in the project to `member`, beside what stands there.
  void Grant(const std::string& token, const std::string& project, const std::string& role, const std::string& member) {
    v1::GetProjectIamPolicyRequest get;
    get.set_resource(project);
    v1::SetProjectIamPolicyRequest set;
    set.set_resource(project);
    *set.mutable_policy() = Must(Call<v1::IamPolicy>("ProjectService/GetProjectIamPolicy", get, token));
    auto& binding = *set.mutable_policy()->add_bindings();
    binding.set_role(role);
    binding.add_members(member);
    Must(Call<v1::IamPolicy>("ProjectService/SetProjectIamPolicy", set, token));
  }

  // An instance in environment dev as a sync would have left it; nobody can connect to it.
  void AddDatabases(const std::string& instance, const std::vector<std::string>& ids, const std::string& project) {
    RequestContext ctx;
    ctx.actor = "system/test";
    const Status seeded = metastore_->Write(ctx, [&](store::Transaction& tx) -> Status {
      v1::Instance message;
      message.set_engine(v1::SQLITE);
      message.set_environment("environments/dev");
      ARGUS_RETURN_IF_ERROR(store::InsertInstance(tx, {instance}, message, {}));
      ARGUS_RETURN_IF_ERROR(store::ReplaceDatabases(tx, {instance}, ids));
      for (const auto& id : ids) {
        ARGUS_ASSIGN(auto database, store::GetDatabase(tx, {instance, id}));
        database.set_project(project);
        ARGUS_RETURN_IF_ERROR(store::UpdateDatabase(tx, database));
      }
      return tx.Commit(audit::Entry{.action = "bb.test", .resource = "instances/" + instance});
    });
    ASSERT_TRUE(seeded.ok()) << seeded.error().ToString();
  }

  store::Metastore& metastore() { return *metastore_; }
  command::AuthCommands& auth() { return auth_; }
  rpc::Dispatcher& dispatcher() { return dispatcher_; }
  metrics::Registry& registry() { return registry_; }
  HttpMetrics& http_metrics() { return http_metrics_; }
  Readiness& readiness() { return *readiness_; }
  log::Logger& logger() { return logger_; }

 private:
  static log::Options Silent() {
    static const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return {true, log::Level::kInfo, null};
  }
  Commands CommandRefs() {
    return {audit_logs_, auth_,  databases_, groups_,   instances_, issues_, plan_checks_, plans_, policies_,
            projects_,   roles_, rollouts_,  settings_, sheets_,    tasks_,  task_runs_,   users_};
  }

  test::TemporaryFolder folder_;
  SystemClock clock_;
  log::Logger logger_{Silent()};
  metrics::Registry registry_;
  HttpMetrics http_metrics_{registry_};
  command::ChangeMetrics changes_{registry_};
  std::unique_ptr<store::Metastore> metastore_ =
      Must(store::Metastore::Open({.url = "sqlite:" + folder_.path() + "/argus.db"}, clock_));
  std::unique_ptr<secret::Keyring> keyring_ = Must(secret::Keyring::LoadOrCreate(folder_.path() + "/keys"));
  auth::PasswordHasher hasher_;
  auth::LoginThrottle throttle_;
  command::Targets targets_{*metastore_, *keyring_, {}};
  command::SchemaSync sync_{*metastore_, targets_};
  command::AuditLogCommands audit_logs_{*metastore_};
  command::AuthCommands auth_{*metastore_, hasher_, throttle_};
  command::DatabaseCommands databases_{*metastore_, sync_};
  command::GroupCommands groups_{*metastore_};
  command::InstanceCommands instances_{*metastore_, *keyring_, targets_, sync_};
  command::IssueCommands issues_{*metastore_, changes_};
  command::PlanCheckCommands plan_checks_{*metastore_, changes_};
  command::PlanCommands plans_{*metastore_, changes_};
  command::PolicyCommands policies_{*metastore_};
  command::ProjectCommands projects_{*metastore_};
  command::RoleCommands roles_{*metastore_};
  command::RolloutCommands rollouts_{*metastore_, changes_};
  command::SettingCommands settings_{*metastore_};
  command::SheetCommands sheets_{*metastore_};
  command::TaskCommands tasks_{*metastore_, changes_};
  command::TaskRunCommands task_runs_{*metastore_, changes_};
  command::UserCommands users_{*metastore_, hasher_, throttle_};
  std::unique_ptr<Readiness> readiness_ = std::make_unique<Readiness>(*metastore_, logger_);
  rpc::Dispatcher dispatcher_;
  std::unique_ptr<Api> api_;
};

}  // namespace argus::api
