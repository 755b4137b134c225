// Projects, settings, instances, databases and sheets.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "store/setting_store.h"
#include "store/sheet_store.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using AssetsTest = StoreTest;
ARGUS_STORE_SUITE(AssetsTest);

TEST_P(AssetsTest, ProjectReadsAsWritten) {
  v1::Project project;
  project.set_title("Play");
  project.set_state(v1::ACTIVE);
  project.set_allow_self_approval(true);
  const v1::Project added = Must(Write([&](Transaction& tx) { return InsertProject(tx, {"play"}, project); }));
  EXPECT_EQ(added.name(), "projects/play");
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetProject(read, {"play"})), added));
  v1::Project changed = added;
  changed.set_title("Played");
  changed.set_allow_self_approval(false);
  changed = Must(Write([&](Transaction& tx) { return UpdateProject(tx, changed); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetProject(read, {"play"})), changed));
}

TEST_P(AssetsTest, ListsShowVisibleAndLivingProjects) {
  for (const char* id : {"a", "b", "c"}) AddProject(id);
  auto read = Read();
  v1::Project b = Must(GetProject(read, {"b"}));
  b.set_state(v1::DELETED);
  Must(Write([&](Transaction& tx) { return UpdateProject(tx, b); }));
  const auto count = [&](const VisibleProjects& visible, bool deleted) {
    return Must(ListProjects(read, visible, {.show_deleted = deleted})).items.size();
  };
  EXPECT_EQ(count(std::nullopt, false), 2u);
  EXPECT_EQ(count(std::nullopt, true), 3u);
  EXPECT_EQ(count(VisibleProjects({{"a"}, {"b"}}), false), 1u);
  EXPECT_EQ(count(VisibleProjects(std::vector<domain::ProjectName>()), true), 0u);
}

TEST_P(AssetsTest, SettingsAreMadeAndReplaced) {
  auto read = Read();
  EXPECT_FALSE(Must(FindSetting(read, {"EMERGENCY_PAUSE"})));
  v1::Setting setting;
  setting.set_name("settings/EMERGENCY_PAUSE");
  setting.mutable_emergency_pause()->set_paused(true);
  const v1::Setting put = Must(Write([&](Transaction& tx) { return PutSetting(tx, setting); }));
  EXPECT_TRUE(MessageDifferencer::Equals(*Must(FindSetting(read, {"EMERGENCY_PAUSE"})), put));
  v1::Setting next = put;
  next.mutable_emergency_pause()->set_reason("fire");
  next = Must(Write([&](Transaction& tx) { return PutSetting(tx, next); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(ListSettings(read)).at(0), next));
  const auto stale = Write([&](Transaction& tx) { return PutSetting(tx, put); });
  ASSERT_FALSE(stale.ok());
  EXPECT_EQ(stale.error().reason(), reasons::kEtagMismatch);
}

v1::Instance FullInstance() {
  v1::Instance instance;
  instance.set_title("Shop");
  instance.set_engine(v1::POSTGRES);
  instance.set_environment("environments/prod");
  instance.set_host("db.example.org");
  instance.set_port(5433);
  instance.set_username("argus");
  instance.set_password("clear text");
  instance.mutable_tls()->set_mode(v1::TlsConfig::VERIFY_FULL);
  instance.mutable_tls()->set_client_key("clear key");
  instance.set_state(v1::ACTIVE);
  return instance;
}

TEST_P(AssetsTest, InstanceSecretsNeverComeBackInTheMessage) {
  const InstanceSecrets secrets{"encrypted password", "encrypted key"};
  const v1::Instance added =
      Must(Write([&](Transaction& tx) { return InsertInstance(tx, {"pg1"}, FullInstance(), secrets); }));
  EXPECT_EQ(added.password(), "");
  EXPECT_EQ(added.tls().client_key(), "");
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetInstance(read, {"pg1"})), added));
  EXPECT_EQ(Must(GetInstanceSecrets(read, {"pg1"})), secrets);

  v1::Instance changed = added;
  changed.set_password("clear again");
  changed.set_host("other");
  changed = Must(Write([&](Transaction& tx) { return UpdateInstance(tx, changed); }));
  EXPECT_EQ(Must(GetInstance(read, {"pg1"})).host(), "other");
  EXPECT_EQ(Must(GetInstance(read, {"pg1"})).password(), "");
  EXPECT_EQ(Must(GetInstanceSecrets(read, {"pg1"})), secrets);

  Must(WriteVoid([](Transaction& tx) { SetInstanceSecrets(tx, {"pg1"}, {"p2", "k2"}); }));
  const auto all = Must(AllInstanceSecrets(read));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].first.instance, "pg1");
  EXPECT_EQ(all[0].second, (InstanceSecrets{"p2", "k2"}));
}

TEST_P(AssetsTest, ASyncChangesNoEtag) {
  AddInstance("pg1");
  Must(WriteVoid([](Transaction& tx) { RecordInstanceSync(tx, {"pg1"}, "15.14"); }));
  auto read = Read();
  const v1::Instance instance = Must(GetInstance(read, {"pg1"}));
  EXPECT_EQ(instance.engine_version(), "15.14");
  EXPECT_TRUE(instance.has_last_sync_time());
  EXPECT_EQ(instance.etag(), "1");
}

TEST_P(AssetsTest, InstancesFilterByEngineAndEnvironment) {
  AddInstance("pg1", "environments/dev");
  AddInstance("pg2", "environments/prod");
  auto read = Read();
  const auto page = Must(ListInstances(read, {.filter = "engine = POSTGRES AND environment = environments/prod"}));
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.items[0].name(), "instances/pg2");
}

class DatabaseTest : public StoreTest {
 protected:
  DatabaseTest() {
    AddProject("play");
    AddInstance("pg1", "environments/dev");
    AddDatabases({"pg1"}, {"shop", "my db"});
  }
  v1::Database Get(const std::string& id) {
    auto read = Read();
    return Must(GetDatabase(read, {"pg1", id}));
  }
  std::vector<std::string> Names(const DatabaseScope& scope, const ListQuery& query = {}) {
    auto read = Read();
    std::vector<std::string> names;
    for (const auto& database : Must(ListDatabases(read, scope, query)).items) names.push_back(database.name());
    return names;
  }
};
ARGUS_STORE_SUITE(DatabaseTest);

TEST_P(DatabaseTest, ANewDatabaseTakesAfterItsInstance) {
  const v1::Database database = Get("my db");
  EXPECT_EQ(database.name(), "instances/pg1/databases/my%20db");
  EXPECT_EQ(database.engine(), v1::POSTGRES);
  EXPECT_EQ(database.environment(), "environments/dev");
  EXPECT_EQ(database.project(), "");
  EXPECT_TRUE(database.present());
}

TEST_P(DatabaseTest, ADatabaseThatIsGoneStaysKnown) {
  AddDatabases({"pg1"}, {"shop", "more"});
  EXPECT_FALSE(Get("my db").present());
  EXPECT_TRUE(Get("shop").present());
  EXPECT_THAT(Names({}, {.filter = "present = true"}),
              ElementsAre("instances/pg1/databases/more", "instances/pg1/databases/shop"));
}

TEST_P(DatabaseTest, TransferLabelsAndOwnEnvironment) {
  v1::Database database = Get("shop");
  database.set_project("projects/play");
  (*database.mutable_labels())["team"] = "shop";
  database = Must(Write([&](Transaction& tx) { return UpdateDatabase(tx, database); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Get("shop"), database));

  // It follows its instance until it is given an environment of its own.
  auto read = Read();
  v1::Instance instance = Must(GetInstance(read, {"pg1"}));
  instance.set_environment("environments/test");
  Must(Write([&](Transaction& tx) { return UpdateInstance(tx, instance); }));
  EXPECT_EQ(Get("shop").environment(), "environments/test");
  database.set_environment("environments/prod");
  Must(Write([&](Transaction& tx) { return UpdateDatabase(tx, database); }));
  EXPECT_EQ(Get("shop").environment(), "environments/prod");
  EXPECT_EQ(Get("my db").environment(), "environments/test");
  EXPECT_THAT(Names({}, {.filter = "environment = environments/prod"}), ElementsAre("instances/pg1/databases/shop"));
}

TEST_P(DatabaseTest, ListsByInstanceAndProject) {
  AddInstance("pg2");
  AddDatabases({"pg2"}, {"shop"});
  v1::Database database = Get("shop");
  database.set_project("projects/play");
  Must(Write([&](Transaction& tx) { return UpdateDatabase(tx, database); }));
  EXPECT_EQ(Names({}).size(), 3u);
  EXPECT_THAT(Names({.instance = domain::InstanceName{"pg2"}}), ElementsAre("instances/pg2/databases/shop"));
  EXPECT_THAT(Names({.projects = VisibleProjects({{"play"}})}), ElementsAre("instances/pg1/databases/shop"));
  EXPECT_THAT(Names({}, {.page_size = 1, .filter = "project = projects/play", .order_by = "environment desc"}),
              ElementsAre("instances/pg1/databases/shop"));
  auto read = Read();
  EXPECT_TRUE(Must(ProjectHasDatabases(read, {"play"})));
  EXPECT_FALSE(Must(ProjectHasDatabases(read, {"other"})));
}

TEST_P(DatabaseTest, SchemaOfTheLastGoodSync) {
  auto read = Read();
  EXPECT_EQ(GetDatabaseSchema(read, {"pg1", "shop"}).error().code(), Code::kNotFound);
  EXPECT_EQ(Must(GetSchemaFingerprint(read, {"pg1", "shop"})), "");
  v1::DatabaseSchema schema;
  schema.add_schemas()->add_tables()->set_name("orders");
  schema.set_fingerprint("f1");
  Must(WriteVoid([&](Transaction& tx) { PutDatabaseSchema(tx, {"pg1", "shop"}, schema); }));
  schema.set_fingerprint("f2");
  Must(WriteVoid([&](Transaction& tx) { PutDatabaseSchema(tx, {"pg1", "shop"}, schema); }));
  EXPECT_EQ(Must(GetSchemaFingerprint(read, {"pg1", "shop"})), "f2");
  const v1::DatabaseSchema stored = Must(GetDatabaseSchema(read, {"pg1", "shop"}));
  EXPECT_EQ(stored.name(), "instances/pg1/databases/shop/schema");
  EXPECT_EQ(stored.schemas(0).tables(0).name(), "orders");
  EXPECT_TRUE(stored.has_sync_time());

  Must(WriteVoid([](Transaction& tx) { RecordSyncError(tx, {"pg1", "shop"}, "refused"); }));
  EXPECT_EQ(Get("shop").sync_error(), "refused");
  Must(WriteVoid([&](Transaction& tx) { PutDatabaseSchema(tx, {"pg1", "shop"}, schema); }));
  EXPECT_EQ(Get("shop").sync_error(), "");
  EXPECT_EQ(Get("shop").etag(), "1");
}

class SheetTest : public StoreTest {
 protected:
  SheetTest() : project_(AddProject("play")) {}
  domain::ProjectName project_;
};
ARGUS_STORE_SUITE(SheetTest);

TEST_P(SheetTest, ContentIsItsName) {
  const std::string sql = "SELECT 'é';\n";
  const v1::Sheet sheet = Must(Write([&](Transaction& tx) { return PutSheet(tx, project_, sql, "users/alice"); }));
  EXPECT_EQ(sheet.name(), "projects/play/sheets/" + Sha256Hex(sql));
  auto read = Read();
  const domain::SheetName name{"play", sheet.sha256()};
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetSheet(read, name)), sheet));
  EXPECT_EQ(Must(ReadSheet(read, name, 1000)), sql);
  EXPECT_EQ(Must(ReadSheet(read, name, 6)), "SELECT");
  const v1::Sheet again = Must(Write([&](Transaction& tx) { return PutSheet(tx, project_, sql, "users/bob"); }));
  EXPECT_TRUE(MessageDifferencer::Equals(again, sheet));
  EXPECT_EQ(GetSheet(read, {"other", sheet.sha256()}).error().code(), Code::kNotFound);
}

TEST_P(SheetTest, LargeContentIsReadChunkByChunk) {
  std::string sql(2 * kMaxSheetChunk + 5, 'x');
  sql.back() = '\0';
  const v1::Sheet sheet = Must(Write([&](Transaction& tx) { return PutSheet(tx, project_, sql, "users/alice"); }));
  EXPECT_EQ(sheet.content_size(), static_cast<std::int64_t>(sql.size()));
  const domain::SheetName name{"play", sheet.sha256()};
  auto read = Read();
  std::string content;
  for (std::int64_t n = 0;; ++n) {
    const auto chunk = Must(ReadSheetChunk(read, name, n));
    if (!chunk) break;
    content += *chunk;
  }
  EXPECT_EQ(content, sql);
}

TEST_P(SheetTest, TheEmptySheetExists) {
  const v1::Sheet sheet = Must(Write([&](Transaction& tx) { return PutSheet(tx, project_, "", "users/alice"); }));
  auto read = Read();
  EXPECT_EQ(Must(ReadSheet(read, {"play", sheet.sha256()}, 10)), "");
}

TEST_P(SheetTest, AnUploadIsPublishedOnceOrRemoved) {
  const auto upload = [&](const std::string& content) {
    return Must(metastore_->Write(ctx_, [&](Transaction& tx) -> Result<std::int64_t> {
      ARGUS_ASSIGN(const std::int64_t id, BeginSheetUpload(tx));
      AppendSheetChunk(tx, id, 0, content);
      ARGUS_RETURN_IF_ERROR(tx.CommitUnaudited(Unaudited::kSheetUpload));
      return id;
    }));
  };
  const domain::SheetName name{"play", Sha256Hex("SELECT 1")};
  for (int n = 0; n < 2; ++n) {
    const std::int64_t id = upload("SELECT 1");
    const v1::Sheet sheet = Must(Write([&](Transaction& tx) { return PublishSheet(tx, id, name, 8, "users/alice"); }));
    EXPECT_EQ(sheet.name(), name.ToString());
  }
  upload("never published");
  Must(WriteVoid([&](Transaction& tx) { DeleteStaleUploads(tx, clock_.now + std::chrono::hours(1)); }));
  auto read = Read();
  EXPECT_EQ(Must(ReadSheet(read, name, 100)), "SELECT 1");
  const db::Statement count{"sheet.list", "SELECT COUNT(*) AS total FROM sheet_chunk"};
  EXPECT_EQ(Must(read.Query(count, {})).front().Int("total"), 1);
}

}  // namespace
}  // namespace argus::store
