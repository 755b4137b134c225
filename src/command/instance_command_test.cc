#include "command/instance_command.h"

#include "command/change_test_support.h"
#include "command/database_command.h"
#include "command/fake_server_test_support.h"
#include "store/database_store.h"
#include "store/instance_store.h"

namespace argus::command {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class InstanceCommandTest : public CommandTest {
 protected:
  static v1::Instance Postgres() {
    v1::Instance instance;
    instance.set_engine(v1::POSTGRES);
    instance.set_host("db.example.com");
    instance.set_environment("environments/dev");
    instance.set_username("argus");
    instance.set_password("s3cret");
    return instance;
  }
  Result<v1::Instance> Create(const v1::Instance& instance, const std::string& caller = "admin") {
    v1::CreateInstanceRequest request;
    request.set_instance_id("pg1");
    *request.mutable_instance() = instance;
    return instances_.Create(As(caller), request);
  }
  Result<v1::Instance> Update(v1::Instance instance, std::initializer_list<const char*> mask) {
    v1::UpdateInstanceRequest request;
    instance.set_name("instances/pg1");
    *request.mutable_instance() = std::move(instance);
    for (const auto* path : mask) request.mutable_update_mask()->add_paths(path);
    return instances_.Update(As("admin"), request);
  }
  Result<v1::TestConnectionResponse> Test(const v1::Instance* instance, const std::string& name = "instances/pg1") {
    v1::TestConnectionRequest request;
    request.set_name(name);
    if (instance != nullptr) *request.mutable_instance() = *instance;
    return instances_.TestConnection(As("admin"), request);
  }
  Result<v1::SyncInstanceResponse> Sync(const std::string& caller = "admin") {
    v1::SyncInstanceRequest request;
    request.set_name("instances/pg1");
    return instances_.Sync(As(caller), request);
  }
  Result<v1::Database> Transfer(const std::string& caller, const std::string& project) {
    v1::TransferDatabaseRequest request;
    request.set_name("instances/pg1/databases/shop");
    request.set_project(project);
    return databases_.Transfer(As(caller), request);
  }
  store::InstanceSecrets Secrets() {
    auto reader = Read();
    return Must(store::GetInstanceSecrets(reader, {"pg1"}));
  }
  std::string Password() { return Must(targets_.ResolveServer(ctx_, {"pg1"})).spec.password; }
  v1::Database Database(const std::string& id) {
    auto reader = Read();
    return Must(store::GetDatabase(reader, {"pg1", id}));
  }

  Targets::Drivers Drivers() {
    auto server = std::make_unique<FakeServer>();
    server_ = server.get();
    Targets::Drivers drivers;
    drivers.emplace(v1::POSTGRES, std::move(server));
    return drivers;
  }

  FakeServer* server_ = nullptr;
  std::unique_ptr<secret::Keyring> keyring_ = Must(secret::Keyring::LoadOrCreate(folder_.path() + "/keys"));
  Targets targets_{*metastore_, *keyring_, Drivers()};
  SchemaSync sync_{*metastore_, targets_};
  InstanceCommands instances_{*metastore_, *keyring_, targets_, sync_};
  DatabaseCommands databases_{*metastore_, sync_};
};
ARGUS_COMMAND_SUITE(InstanceCommandTest);

TEST_P(InstanceCommandTest, KeepsSecretsEncryptedAndToItself) {
  const auto created = Must(Create(Postgres()));
  EXPECT_EQ(created.password(), "");
  EXPECT_EQ(created.title(), "pg1");
  EXPECT_THAT(Secrets().password, Not(HasSubstr("s3cret")));
  EXPECT_EQ(Password(), "s3cret");
  EXPECT_EQ(LastAudit().action(), "bb.instance.create");
  EXPECT_THAT(LastAudit().ShortDebugString(), Not(HasSubstr("s3cret")));
}

TEST_P(InstanceCommandTest, RefusesBadOnes) {
  EXPECT_EQ(ReasonOf(Create(Postgres(), "alice")), "PERMISSION_DENIED");
  auto instance = Postgres();
  instance.set_environment("environments/nowhere");
  EXPECT_EQ(FieldOf(Create(instance)), "instance.environment");
  instance = Postgres();
  instance.set_data_dir("/tmp");
  EXPECT_EQ(FieldOf(Create(instance)), "instance.dataDir");
  Must(Create(Postgres()));
  EXPECT_EQ(ReasonOf(Create(Postgres())), "RESOURCE_ALREADY_EXISTS");
}

TEST_P(InstanceCommandTest, UpdateKeepsThePasswordUnlessOneIsSent) {
  Must(Create(Postgres()));
  v1::Instance change;
  change.set_title("Orders");
  change.set_password_ref("env://ARGUS_SECRET_IGNORED");
  EXPECT_EQ(Must(Update(change, {"title"})).title(), "Orders");
  EXPECT_EQ(Password(), "s3cret");
  change.clear_password_ref();
  change.set_password("n3w");
  Must(Update(change, {"password"}));
  EXPECT_EQ(Password(), "n3w");
  EXPECT_EQ(FieldOf(Update(change, {"engine"})), "updateMask");
  change.set_etag("1");
  EXPECT_EQ(ReasonOf(Update(change, {"title"})), "ETAG_MISMATCH");
}

TEST_P(InstanceCommandTest, AReferenceReplacesThePasswordAndBack) {
  setenv("ARGUS_SECRET_TARGET", "fr0m-env", 1);
  Must(Create(Postgres()));
  v1::Instance change;
  change.set_password_ref("env://ARGUS_SECRET_TARGET");
  EXPECT_EQ(Must(Update(change, {"password_ref"})).password_ref(), "env://ARGUS_SECRET_TARGET");
  EXPECT_EQ(Secrets().password, "");
  EXPECT_EQ(Password(), "fr0m-env");
  v1::Instance back;
  back.set_password("s3cret");
  EXPECT_EQ(Must(Update(back, {})).password_ref(), "");
  EXPECT_EQ(Password(), "s3cret");
}

TEST_P(InstanceCommandTest, UnreadableReferencesSaySo) {
  auto instance = Postgres();
  instance.clear_password();
  instance.set_password_ref("env://ARGUS_SECRET_NONE");
  Must(Create(instance));
  EXPECT_EQ(ReasonOf(targets_.ResolveServer(ctx_, {"pg1"})), "INVALID_CONFIGURATION");
}

// Whoever names a secret of this machine also names the server that is sent it.
TEST_P(InstanceCommandTest, ReferencesReachOnlyWhatTheOperatorPutOut) {
  Must(Create(Postgres()));
  for (const auto* ref : {"env://ARGUS_METASTORE_URL", "file:///etc/shadow", "file:///run/secrets/argus/../keys"}) {
    auto instance = Postgres();
    instance.clear_password();
    instance.set_password_ref(ref);
    EXPECT_EQ(FieldOf(Create(instance)), "instance.passwordRef") << ref;
    EXPECT_EQ(FieldOf(Update(instance, {"password_ref"})), "instance.passwordRef") << ref;
    EXPECT_EQ(FieldOf(Test(&instance)), "instance.passwordRef") << ref;
  }
  EXPECT_EQ(server_->last.host, "");  // was never called
}

TEST_P(InstanceCommandTest, ARestartWithLessReachCountsForStoredReferences) {
  auto instance = Postgres();
  instance.clear_password();
  instance.set_password_ref("env://ARGUS_SECRET_TARGET");
  Must(Create(instance));
  const Targets none(*metastore_, *keyring_, Drivers(), {.secret_refs = {}, .metastore_folder = {}});
  EXPECT_EQ(FieldOf(none.ResolveServer(ctx_, {"pg1"})), "instance.passwordRef");
}

TEST_P(InstanceCommandTest, DeletesSoftlyAndBack) {
  Must(Create(Postgres()));
  v1::DeleteInstanceRequest remove;
  remove.set_name("instances/pg1");
  v1::UndeleteInstanceRequest restore;
  restore.set_name("instances/pg1");
  EXPECT_EQ(ReasonOf(instances_.Undelete(As("admin"), restore)), "INVALID_STATE_TRANSITION");
  EXPECT_EQ(Must(instances_.Delete(As("admin"), remove)).state(), v1::DELETED);
  EXPECT_EQ(ReasonOf(targets_.Resolve(ctx_, {"pg1", "shop"})), "RESOURCE_DELETED");
  EXPECT_EQ(ReasonOf(Sync()), "RESOURCE_DELETED");
  EXPECT_EQ(ReasonOf(instances_.Delete(As("admin"), remove)), "RESOURCE_DELETED");
  EXPECT_EQ(Must(instances_.Undelete(As("admin"), restore)).state(), v1::ACTIVE);
}

TEST_P(InstanceCommandTest, TestsWithStoredSettingsOrGivenOnes) {
  Must(Create(Postgres()));
  EXPECT_EQ(Must(Test(nullptr)).engine_version(), "15.14");
  EXPECT_EQ(server_->last.password, "s3cret");
  auto given = Postgres();
  given.set_password("other");
  Must(Test(&given));
  EXPECT_EQ(server_->last.password, "other");
  EXPECT_EQ(FieldOf(Test(nullptr, "")), "instance");
  EXPECT_EQ(ReasonOf(Test(nullptr, "instances/none")), "RESOURCE_NOT_FOUND");
  server_->down = true;
  EXPECT_EQ(ReasonOf(Test(nullptr)), "CONNECTION_FAILED");
  EXPECT_EQ(LastAudit().action(), "bb.instance.test");
}

TEST_P(InstanceCommandTest, AStoredPasswordGoesToNoOtherServer) {
  Must(Create(Postgres()));
  auto same = Postgres();
  same.clear_password();
  Must(Test(&same));
  EXPECT_EQ(server_->last.password, "s3cret");
  auto other = same;
  other.set_host("evil.example.com");
  Must(Test(&other));
  EXPECT_EQ(server_->last.password, "");
}

TEST_P(InstanceCommandTest, SyncFindsDatabasesAndReadsEach) {
  Must(Create(Postgres()));
  server_->databases = {"shop", "stock"};
  server_->broken = "stock";
  EXPECT_THAT(Must(Sync()).databases(), ElementsAre("instances/pg1/databases/shop", "instances/pg1/databases/stock"));
  EXPECT_EQ(Database("shop").sync_error(), "");
  EXPECT_EQ(Database("stock").sync_error(), "The server cannot be reached.");
  auto reader = Read();
  EXPECT_EQ(Must(store::GetDatabaseSchema(reader, {"pg1", "shop"})).fingerprint(), "f1");
  EXPECT_EQ(Must(store::GetInstance(reader, {"pg1"})).engine_version(), "15.14");

  server_->databases = {"shop"};
  Must(Sync());
  EXPECT_TRUE(Database("shop").present());
  EXPECT_FALSE(Database("stock").present());
  EXPECT_EQ(ReasonOf(Sync("alice")), "PERMISSION_DENIED");
}

TEST_P(InstanceCommandTest, AFailedSyncWasStillAskedFor) {
  Must(Create(Postgres()));
  server_->down = true;
  EXPECT_EQ(ReasonOf(Sync()), "CONNECTION_FAILED");
  EXPECT_EQ(LastAudit().action(), "bb.instance.sync");
}

TEST_P(InstanceCommandTest, TransferNeedsThePermissionOnBothSides) {
  Must(Create(Postgres()));
  Must(Sync());
  AddProject("play");
  AddProject("work");
  Give("projects/play", {"roles/projectOwner", "users/alice"});
  EXPECT_EQ(ReasonOf(Transfer("alice", "projects/play")), "PERMISSION_DENIED");  // It belongs to none yet.
  EXPECT_EQ(Must(Transfer("admin", "projects/play")).project(), "projects/play");
  EXPECT_EQ(LastAudit().extra().fields().at("to").string_value(), "projects/play");
  EXPECT_EQ(ReasonOf(Transfer("alice", "projects/work")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Transfer("alice", "")), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOf(Transfer("admin", "projects/none")), "RESOURCE_NOT_FOUND");
  Give("projects/work", {"roles/projectOwner", "users/alice"});
  EXPECT_EQ(Must(Transfer("alice", "projects/work")).project(), "projects/work");
  EXPECT_EQ(Must(Transfer("admin", "")).project(), "");
}

TEST_P(InstanceCommandTest, OneDatabaseCanBeSynced) {
  Must(Create(Postgres()));
  Must(Sync());
  v1::SyncDatabaseRequest request;
  request.set_name("instances/pg1/databases/shop");
  EXPECT_EQ(Must(databases_.Sync(As("admin"), request)).sync_error(), "");
  EXPECT_EQ(ReasonOf(databases_.Sync(As("alice"), request)), "PERMISSION_DENIED");
  server_->broken = "shop";
  EXPECT_EQ(ReasonOf(databases_.Sync(As("admin"), request)), "CONNECTION_FAILED");
  EXPECT_EQ(Database("shop").sync_error(), "The server cannot be reached.");
}

TEST_P(InstanceCommandTest, RotatedKeysReencryptWhatIsStored) {
  Must(Create(Postgres()));
  const auto before = Secrets().password;
  Must(keyring_->Rotate());
  EXPECT_EQ(Must(ReencryptSecrets(*metastore_, ctx_, *keyring_)), 1);
  EXPECT_NE(Secrets().password, before);
  EXPECT_TRUE(keyring_->IsCurrent(Secrets().password));
  EXPECT_EQ(Password(), "s3cret");
  EXPECT_EQ(Must(ReencryptSecrets(*metastore_, ctx_, *keyring_)), 0);
}

class InstanceInUseTest : public ChangeTest {
 protected:
  Result<v1::Instance> Delete(const std::string& instance) {
    v1::DeleteInstanceRequest request;
    request.set_name(instance);
    return instances_.Delete(As("admin"), request);
  }

  std::unique_ptr<secret::Keyring> keyring_ = Must(secret::Keyring::LoadOrCreate(folder_.path() + "/keys"));
  Targets targets_{*metastore_, *keyring_, {}};
  SchemaSync sync_{*metastore_, targets_};
  InstanceCommands instances_{*metastore_, *keyring_, targets_, sync_};
};
ARGUS_COMMAND_SUITE(InstanceInUseTest);

TEST_P(InstanceInUseTest, StaysWhileARunOnItMayStillWrite) {
  Must(Start(AddRollout({kDev})));
  EXPECT_EQ(ReasonOf(Delete("instances/dev")), "RESOURCE_IN_USE");  // waits
  const auto run = *Claim();
  EXPECT_EQ(ReasonOf(Delete("instances/dev")), "RESOURCE_IN_USE");  // runs
  End(run, v1::TaskRun::UNKNOWN);
  EXPECT_EQ(ReasonOf(Delete("instances/dev")), "RESOURCE_IN_USE");
  EXPECT_EQ(Must(Delete("instances/prod")).state(), v1::DELETED);  // of which none is
}

TEST_P(InstanceInUseTest, GoesOnceTheRunsHaveEnded) {
  Must(Start(AddRollout({kDev})));
  EndNext();
  EXPECT_EQ(Must(Delete("instances/dev")).state(), v1::DELETED);
}

}  // namespace
}  // namespace argus::command
