#include "store/revision_store.h"

#include "store/list.h"
#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kInsert{"revision.insert",
                                "INSERT INTO revision (instance_id, database_id, create_time, payload)"
                                " VALUES (:instance_id, :database_id, :now, :payload) RETURNING id"};
constexpr db::Statement kGet{"revision.get",
                             "SELECT id, create_time, payload FROM revision WHERE id = :id"
                             " AND instance_id = :instance_id AND database_id = :database_id"};
constexpr db::Statement kInsertChangelog{
    "changelog.insert",
    "INSERT INTO changelog (instance_id, database_id, schema_before, schema_after, create_time, payload)"
    " VALUES (:instance_id, :database_id, :schema_before, :schema_after, :now, :payload) RETURNING id"};
constexpr db::Statement kGetChangelog{"changelog.get",
                                      "SELECT id, schema_before, schema_after, create_time, payload FROM changelog"
                                      " WHERE id = :id AND instance_id = :instance_id AND database_id = :database_id"};
constexpr db::Statement kComplete{"changelog.complete",
                                  "UPDATE changelog SET schema_after = :schema_after WHERE instance_id = :instance_id"
                                  " AND database_id = :database_id AND schema_after = '' AND create_time <= :read_at"};
constexpr db::Statement kAwaiting{"changelog.awaiting",
                                  "SELECT DISTINCT instance_id, database_id FROM changelog WHERE schema_after = ''"
                                  " ORDER BY instance_id, database_id"};

constexpr std::string_view kOfDatabase = "instance_id = :instance_id AND database_id = :database_id";

const ListShape& RevisionShape() {
  static const ListShape shape{"revision.list",
                               "revision.count",
                               "id, create_time, payload",
                               "revision",
                               {},
                               {{.column = "id", .descending = true}}};
  return shape;
}

const ListShape& ChangelogShape() {
  static const ListShape shape{"changelog.list",
                               "changelog.count",
                               "id, schema_before, schema_after, create_time, payload",
                               "changelog",
                               {},
                               {{.column = "id", .descending = true}}};
  return shape;
}

db::Params KeyOf(const domain::DatabaseName& name) {
  return {{"instance_id", name.instance}, {"database_id", name.database}};
}

Result<v1::Revision> ParseRevision(const domain::DatabaseName& parent, const db::Row& row) {
  v1::Revision revision;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, revision));
  revision.set_name(domain::RevisionName{parent.instance, parent.database, row.Int("id")}.ToString());
  ReadTime(row, "create_time", revision, &v1::Revision::mutable_create_time);
  return revision;
}

Result<v1::Changelog> ParseChangelog(const domain::DatabaseName& parent, const db::Row& row) {
  v1::Changelog changelog;
  ARGUS_RETURN_IF_ERROR(ReadPayload(row, changelog));
  changelog.set_name(domain::ChangelogName{parent.instance, parent.database, row.Int("id")}.ToString());
  changelog.set_schema_before(row.Text("schema_before"));
  changelog.set_schema_after(row.Text("schema_after"));
  ReadTime(row, "create_time", changelog, &v1::Changelog::mutable_create_time);
  return changelog;
}

}  // namespace

Statements RevisionStatements() { return {kInsert, kGet, kInsertChangelog, kGetChangelog, kComplete, kAwaiting}; }

Result<v1::Revision> InsertRevision(Transaction& tx, const domain::DatabaseName& parent, v1::Revision revision) {
  using R = v1::Revision;
  db::Params params = KeyOf(parent);
  params.emplace_back("now", tx.now());
  params.emplace_back("payload", PayloadWithout(revision, {R::kNameFieldNumber, R::kCreateTimeFieldNumber}));
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsert, params));
  revision.set_name(domain::RevisionName{parent.instance, parent.database, rows.front().Int("id")}.ToString());
  *revision.mutable_create_time() = ToProto(tx.now());
  tx.Announce(Topic::kDatabase, parent.ToString());
  return revision;
}

Result<v1::Revision> GetRevision(Reader& reader, const domain::RevisionName& name) {
  db::Params params = KeyOf(name.Database());
  params.emplace_back("id", name.revision);
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, params, name.ToString()));
  return ParseRevision(name.Database(), row);
}

Result<Page<v1::Revision>> ListRevisions(Reader& reader, const domain::DatabaseName& parent, const ListQuery& query) {
  const auto parse = [&](const db::Row& row) { return ParseRevision(parent, row); };
  return List<v1::Revision>(reader, RevisionShape(), {std::string(kOfDatabase), KeyOf(parent)}, query, parse);
}

Result<v1::Changelog> InsertChangelog(Transaction& tx, const domain::DatabaseName& parent, v1::Changelog changelog) {
  using C = v1::Changelog;
  db::Params params = KeyOf(parent);
  params.emplace_back("schema_before", changelog.schema_before());
  params.emplace_back("schema_after", changelog.schema_after());
  params.emplace_back("now", tx.now());
  params.emplace_back("payload", PayloadWithout(changelog, {C::kNameFieldNumber, C::kSchemaBeforeFieldNumber,
                                                            C::kSchemaAfterFieldNumber, C::kCreateTimeFieldNumber}));
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsertChangelog, params));
  changelog.set_name(domain::ChangelogName{parent.instance, parent.database, rows.front().Int("id")}.ToString());
  *changelog.mutable_create_time() = ToProto(tx.now());
  tx.Announce(Topic::kDatabase, parent.ToString());
  return changelog;
}

Result<v1::Changelog> GetChangelog(Reader& reader, const domain::ChangelogName& name) {
  db::Params params = KeyOf(name.Database());
  params.emplace_back("id", name.changelog);
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGetChangelog, params, name.ToString()));
  return ParseChangelog(name.Database(), row);
}

Result<Page<v1::Changelog>> ListChangelogs(Reader& reader, const domain::DatabaseName& parent, const ListQuery& query) {
  const auto parse = [&](const db::Row& row) { return ParseChangelog(parent, row); };
  return List<v1::Changelog>(reader, ChangelogShape(), {std::string(kOfDatabase), KeyOf(parent)}, query, parse);
}

void CompleteChangelogs(Transaction& tx, const domain::DatabaseName& database, const std::string& schema_after,
                        Timestamp read_at) {
  db::Params params = KeyOf(database);
  params.emplace_back("schema_after", schema_after);
  params.emplace_back("read_at", read_at);
  tx.Exec(kComplete, std::move(params));
}

Result<std::vector<domain::DatabaseName>> DatabasesAwaitingSync(Reader& reader) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kAwaiting, {}));
  return ParseRows<domain::DatabaseName>(rows, [](const db::Row& row) -> Result<domain::DatabaseName> {
    return domain::DatabaseName{row.Text("instance_id"), row.Text("database_id")};
  });
}

}  // namespace argus::store
