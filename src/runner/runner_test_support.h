// Runners over a real metastore, real SQLite files, a real PostgreSQL database and a driver that does as the test says.
#pragma once

#include <fcntl.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "command/change_test_support.h"
#include "command/targets.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/metrics/registry.h"
#include "runner/run_services.h"
#include "target/postgres/driver.h"
#include "target/run_result.h"
#include "target/sqlite/driver.h"
#include "tests/support/postgres_server.h"

namespace argus::runner {

using command::Must;

// What a scripted target does. Thread-safe.
struct ScriptedTarget {
  // Called on the run's thread after the intent was written down; what it returns is the result.
  std::function<target::RunResult(const RequestContext&, target::RunObserver&)> run;
  std::function<Result<target::Proof>()> probe;
  std::atomic<int> cancels{0};
  std::atomic<int> probes{0};
  v1::TaskRun::Proof proof = v1::TaskRun::MARKER;
};

class ScriptedConnection final : public target::Connection {
 public:
  explicit ScriptedConnection(ScriptedTarget& target) : target_(target) {}
  Result<target::ServerInfo> Inspect(const RequestContext&) override { return target::ServerInfo{.version = "1"}; }
  Result<v1::DatabaseSchema> SyncSchema(const RequestContext&) override { return v1::DatabaseSchema{}; }
  target::RunResult Run(const RequestContext& ctx, const target::ScriptRun&, target::RunObserver& observer) override {
    if (const auto status = observer.OnBackend({1, "s", "sys", "1", target_.proof}); !status.ok()) {
      return target::NotApplied(target::RunError(status.error()));
    }
    return target_.run(ctx, observer);
  }
  void Cancel() override { ++target_.cancels; }
  Status Reset(const RequestContext&) override { return Ok(); }

 private:
  ScriptedTarget& target_;
};

class ScriptedDriver final : public target::Driver {
 public:
  explicit ScriptedDriver(ScriptedTarget& target) : target_(target) {}
  Result<std::unique_ptr<target::Connection>> Connect(const RequestContext&,
                                                      const target::ConnectionSpec&) const override {
    return std::unique_ptr<target::Connection>(std::make_unique<ScriptedConnection>(target_));
  }
  Result<std::vector<std::string>> ListDatabases(const RequestContext&, const target::ConnectionSpec&) const override {
    return std::vector<std::string>{};
  }
  Result<target::ServerInfo> Inspect(const RequestContext&, const target::ConnectionSpec&) const override {
    return target::ServerInfo{.version = "1"};
  }
  Result<target::Proof> Probe(const RequestContext&, const target::ConnectionSpec&,
                              const target::ProofQuery&) const override {
    ++target_.probes;
    return target_.probe();
  }

 private:
  ScriptedTarget& target_;
};

class RunnerTest : public command::ChangeTest {
 protected:
  static constexpr std::chrono::seconds kPatience{20};

  RunnerTest() {
    for (const char* instance : {"dev", "prod"}) {
      std::filesystem::create_directories(DataDir(instance));
      for (const char* database : {"shop", "stock"}) std::ofstream(DataDir(instance) + "/" + database + ".db");
    }
  }

  // Must be called before Services().
  void UseRealDrivers() {
    drivers_.emplace(v1::SQLITE, std::make_unique<target::sqlite::SqliteDriver>());
    drivers_.emplace(v1::POSTGRES, std::make_unique<target::postgres::PostgresDriver>());
  }
  void UseScriptedDriver() { drivers_.emplace(v1::SQLITE, std::make_unique<ScriptedDriver>(script_)); }

  RunServices Services() {
    if (!keyring_) keyring_ = Must(secret::Keyring::LoadOrCreate(folder_.path() + "/key"));
    if (!targets_) targets_.emplace(*metastore_, *keyring_, std::move(drivers_));
    return {*metastore_, *targets_, logger_, metrics_, changes_};
  }

  // Adds instance pg with one new database, which belongs to the project; its name.
  std::string AddPostgres() {
    auto& server = test::PostgresServer::Shared();
    const std::string url = server.CreateDatabase();
    const std::string database = url.substr(url.rfind('/') + 1);
    v1::Instance instance;
    instance.set_engine(v1::POSTGRES);
    instance.set_environment("environments/dev");
    instance.set_port(server.port());
    instance.set_username("argus");
    instance.set_state(v1::ACTIVE);
    Write([&](store::Transaction& tx) {
      Must(store::InsertInstance(tx, {"pg"}, instance, {}));
      Must(store::ReplaceDatabases(tx, {"pg"}, std::vector{database}));
    });
    Transfer({"pg", database}, kProject);
    return domain::DatabaseName{"pg", database}.ToString();
  }

  // A rollout of `sql` on `targets`, ready to start.
  v1::Rollout AddRolloutOf(const std::string& sql, const std::vector<std::string>& targets) {
    const auto plan = Must(plans_.Create(As("alice"), PlanRequest(AddSheet(sql), targets)));
    const auto issue = AddIssue(plan);
    EndChecks();
    Must(Approve("bob", issue));
    return Must(CreateRollout(plan));
  }

  template <typename Condition>
  [[nodiscard]] bool Await(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  [[nodiscard]] bool AwaitStates(const v1::Rollout& rollout, const std::string& states) {
    const bool reached = Await([&] { return States(rollout) == states; });
    if (!reached) ADD_FAILURE() << "instead: " << States(rollout);
    return reached;
  }
  v1::TaskRun NewestRun(const v1::Rollout& rollout, int stage = 0, int task = 0) {
    const auto now = Reload(rollout);
    auto reader = Read();
    return Must(
        store::GetTaskRun(reader, Must(domain::TaskRunName::Parse(now.stages(stage).tasks(task).latest_task_run()))));
  }
  v1::TaskRunLog LogOf(const v1::TaskRun& run) {
    auto reader = Read();
    return Must(store::GetTaskRunLog(reader, Must(domain::TaskRunName::Parse(run.name()))));
  }
  std::vector<std::string> TablesOf(const std::string& database) {
    const auto target = Must(Services().targets.Resolve(ctx_, Must(domain::DatabaseName::Parse(database))));
    const auto connection = Must(target.driver.Connect(ctx_, target.spec));
    const auto schema = Must(connection->SyncSchema(ctx_));
    std::vector<std::string> tables;
    for (const auto& part : schema.schemas()) {
      for (const auto& table : part.tables()) tables.push_back(table.name());
    }
    return tables;
  }

  ScriptedTarget script_;
  command::Targets::Drivers drivers_;
  std::unique_ptr<secret::Keyring> keyring_;
  std::optional<command::Targets> targets_;
  RunMetrics metrics_{registry_};
  log::Logger logger_{{.level = log::Level::kError, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC)}};
};

}  // namespace argus::runner
