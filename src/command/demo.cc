#include "command/demo.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "command/grants.h"
#include "command/refusals.h"
#include "command/system_context.h"
#include "command/work.h"
#include "domain/reasons.h"
#include "platform/lang/sql/splitter.h"
#include "store/database_store.h"
#include "store/iam_policy_store.h"
#include "store/instance_store.h"
#include "store/project_store.h"
#include "store/user_store.h"

namespace argus::command {
namespace {

constexpr std::string_view kProject = "play";
constexpr std::string_view kDatabase = "shop";

struct DemoEnvironment {
  std::string_view id;
  std::string_view title;
};
constexpr std::array<DemoEnvironment, 3> kEnvironments{{{"dev", "Dev"}, {"staging", "Staging"}, {"prod", "Prod"}}};

struct DemoUser {
  std::string_view login_id;
  std::string_view title;
};
constexpr std::array<DemoUser, 7> kUsers{{{"alice", "Alice (developer)"},
                                          {"bob", "Bob (project owner)"},
                                          {"carol", "Carol (releaser)"},
                                          {"dave", "Dave (viewer)"},
                                          {"dba", "DBA"},
                                          {"auditor", "Auditor"},
                                          {"member", "Member"}}};

constexpr std::string_view kShop = R"sql(
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  total_cents INTEGER NOT NULL CHECK (total_cents >= 0),
  ordered_at TEXT NOT NULL
);
CREATE INDEX orders_customer ON orders (customer_id);
INSERT INTO customers (id, name, email) VALUES
  (1, 'Lin Mei', 'mei@example.com'), (2, 'Chen Wei', 'wei@example.com'), (3, 'Huang Yu', 'yu@example.com');
INSERT INTO orders (id, customer_id, total_cents, ordered_at) VALUES
  (1, 1, 129900, '2026-05-01T09:30:00Z'), (2, 1, 4500, '2026-05-02T14:05:00Z'), (3, 2, 88000, '2026-05-03T20:45:00Z');
)sql";

v1::Instance DemoInstance(const DemoEnvironment& environment, const std::string& data_dir) {
  v1::Instance instance;
  instance.set_title(std::string(environment.title));
  instance.set_engine(v1::SQLITE);
  instance.set_environment(fmt::format("environments/{}", environment.id));
  instance.set_data_dir(std::filesystem::absolute(fmt::format("{}/demo/{}", data_dir, environment.id)).lexically_normal());
  instance.set_state(v1::ACTIVE);
  return instance;
}

class SilentObserver final : public target::RunObserver {
  Status OnBackend(const target::Backend&) override { return Ok(); }
  void BeforeStatement(std::size_t) override {}
  void AfterStatement(const target::StatementReport&) override {}
  Status BeforeCommit(const std::string&) override { return Ok(); }
};

Error CannotMakeFile(const std::string& path, std::string cause) {
  return Error(Code::kFailedPrecondition, reasons::kFileError, fmt::format("Cannot make the demo database in {}.", path))
      .WithCause(std::move(cause));
}

// The driver's own marker keeps a second start from filling the file twice.
Status MakeShop(const RequestContext& ctx, const Targets& targets, const v1::Instance& instance) {
  std::error_code error;
  std::filesystem::create_directories(instance.data_dir(), error);
  if (error) return CannotMakeFile(instance.data_dir(), error.message());
  ARGUS_ASSIGN(auto target, targets.FromMessage(ctx, instance));
  target.spec.database = kDatabase;
  target.spec.create_missing = true;
  ARGUS_ASSIGN(const auto connection, target.driver.Connect(ctx, target.spec));
  ARGUS_ASSIGN(const auto statements, sql::Split(kShop, sql::Engine::kSqlite));
  target::ScriptRun run;
  run.marker = {"demo", "demo", "demo", Sha256Hex(kShop)};
  run.statements = &statements;
  SilentObserver observer;
  const auto result = connection->Run(ctx, run, observer);
  const bool there = result.outcome == target::Outcome::kCommitted || result.outcome == target::Outcome::kAlreadyApplied;
  return there ? Ok() : Status(CannotMakeFile(instance.data_dir(), result.error.message()));
}

Status AddInstance(store::Metastore& metastore, const RequestContext& ctx, const domain::InstanceName& name,
                   const v1::Instance& instance) {
  return metastore.Write(ctx, [&](store::Transaction& tx) -> Status {
    ARGUS_ASSIGN(const bool exists, Exists(store::GetInstance(tx, name)));
    if (exists) return Ok();
    ARGUS_ASSIGN(const auto added, store::InsertInstance(tx, name, instance, {}));
    Work work(tx);
    work.Record({added.name(), v1::AuditLog::NOTICE, {}, "bb.instance.create"});
    return tx.Commit(work.entries());
  });
}

Status AddUsers(Work& work, const std::string& hash) {
  for (const auto& [login_id, title] : kUsers) {
    ARGUS_ASSIGN(const bool exists, Exists(store::GetUser(work.tx(), {std::string(login_id)})));
    if (exists) continue;
    v1::User user;
    user.set_login_id(std::string(login_id));
    user.set_title(std::string(title));
    user.set_state(v1::ACTIVE);
    ARGUS_ASSIGN(user, store::InsertUser(work.tx(), std::move(user), hash));
    work.Record({user.name(), v1::AuditLog::NOTICE, {}, "bb.user.create"});
  }
  return Ok();
}

Status AddProject(Work& work) {
  v1::Project project;
  project.set_title("Playground");
  project.set_state(v1::ACTIVE);
  ARGUS_ASSIGN(project, store::InsertProject(work.tx(), {std::string(kProject)}, std::move(project)));
  work.Record({project.name(), v1::AuditLog::NOTICE, {}, "bb.project.create"});
  return Ok();
}

Status GiveRoles(Work& work) {
  const auto project = domain::ProjectName{std::string(kProject)}.ToString();
  ARGUS_RETURN_IF_ERROR(AddGrants(work.tx(), project,
                                  {{"roles/projectDeveloper", "users/alice"},
                                   {"roles/projectOwner", "users/bob"},
                                   {"roles/projectReleaser", "users/carol"},
                                   {"roles/projectViewer", "users/dave"}}));
  work.Record({project, v1::AuditLog::NOTICE, {}, "bb.role.assign"});
  ARGUS_RETURN_IF_ERROR(AddGrants(work.tx(), store::kWorkspaceResource,
                                  {{"roles/workspaceDBA", "users/dba"}, {"roles/readOnlyAuditor", "users/auditor"}}));
  work.Record({std::string(store::kWorkspaceResource), v1::AuditLog::NOTICE, {}, "bb.role.assign"});
  return Ok();
}

Status GiveDatabase(Work& work, std::string_view instance) {
  ARGUS_ASSIGN(auto database, store::GetDatabase(work.tx(), {std::string(instance), std::string(kDatabase)}));
  database.set_project(domain::ProjectName{std::string(kProject)}.ToString());
  ARGUS_ASSIGN(database, store::UpdateDatabase(work.tx(), std::move(database)));
  work.Record({database.name(), v1::AuditLog::NOTICE, {}, "bb.database.transfer"});
  return Ok();
}

Result<bool> IsSeeded(store::Reader& reader) {
  return Exists(store::GetProject(reader, {std::string(kProject)}));
}

// The last step: what was done before it is done again, harmlessly, until it has succeeded.
Status SeedProject(store::Metastore& metastore, const RequestContext& ctx, const std::string& hash) {
  return metastore.Write(ctx, [&](store::Transaction& tx) -> Status {
    ARGUS_ASSIGN(const bool seeded, IsSeeded(tx));
    if (seeded) return Ok();
    Work work(tx);
    ARGUS_RETURN_IF_ERROR(AddUsers(work, hash));
    ARGUS_RETURN_IF_ERROR(AddProject(work));
    ARGUS_RETURN_IF_ERROR(GiveRoles(work));
    for (const auto& environment : kEnvironments) ARGUS_RETURN_IF_ERROR(GiveDatabase(work, environment.id));
    return tx.Commit(work.entries());
  });
}

}  // namespace

Status SeedDemo(store::Metastore& metastore, auth::PasswordHasher& hasher, const Targets& targets, const SchemaSync& sync,
                const std::string& data_dir) {
  const auto ctx = SystemContext("demo");
  auto reader = metastore.Read(ctx);
  ARGUS_ASSIGN(const bool seeded, IsSeeded(reader));
  if (seeded) return Ok();
  for (const auto& environment : kEnvironments) {
    const auto instance = DemoInstance(environment, data_dir);
    const domain::InstanceName name{std::string(environment.id)};
    ARGUS_RETURN_IF_ERROR(MakeShop(ctx, targets, instance));
    ARGUS_RETURN_IF_ERROR(AddInstance(metastore, ctx, name, instance));
    ARGUS_ASSIGN(const auto databases, sync.SyncInstance(ctx, name));
  }
  ARGUS_ASSIGN(const auto hash, hasher.Hash(kDemoPassword));
  return SeedProject(metastore, ctx, hash);
}

}  // namespace argus::command
