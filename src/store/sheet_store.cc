#include "store/sheet_store.h"

#include <algorithm>

#include "domain/iam.h"
#include "platform/base/encoding.h"
#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kGet{"sheet.get",
                             "SELECT project_id, sha256, size, creator, create_time FROM sheet"
                             " WHERE project_id = :project_id AND sha256 = :sha256"};
constexpr db::Statement kGetChunk{"sheet.get_chunk",
                                  "SELECT c.data FROM sheet_chunk c JOIN sheet s ON s.blob_id = c.blob_id"
                                  " WHERE s.project_id = :project_id AND s.sha256 = :sha256 AND c.number = :number"};
constexpr db::Statement kInsertBlob{"sheet.insert_blob",
                                    "INSERT INTO sheet_blob (create_time) VALUES (:now) RETURNING id"};
constexpr db::Statement kInsertChunk{
    "sheet.insert_chunk", "INSERT INTO sheet_chunk (blob_id, number, data) VALUES (:blob_id, :number, :data)"};
constexpr db::Statement kInsert{"sheet.insert",
                                "INSERT INTO sheet (project_id, sha256, blob_id, size, creator, create_time)"
                                " VALUES (:project_id, :sha256, :blob_id, :size, :creator, :now)"};
constexpr db::Statement kDeleteBlob{"sheet.delete_blob", "DELETE FROM sheet_blob WHERE id = :blob_id"};
constexpr db::Statement kDeleteStale{"sheet.delete_stale",
                                     "DELETE FROM sheet_blob WHERE create_time < :time AND NOT EXISTS (SELECT 1"
                                     " FROM sheet s WHERE s.blob_id = sheet_blob.id)"};

db::Params KeyOf(const domain::SheetName& name) { return {{"project_id", name.project}, {"sha256", name.sha256}}; }

v1::Sheet Parse(const db::Row& row) {
  v1::Sheet sheet;
  sheet.set_sha256(row.Text("sha256"));
  sheet.set_name(domain::SheetName{row.Text("project_id"), sheet.sha256()}.ToString());
  sheet.set_content_size(row.Int("size"));
  sheet.set_creator(row.Text("creator"));
  ReadTime(row, "create_time", sheet, &v1::Sheet::mutable_create_time);
  return sheet;
}

Result<std::optional<v1::Sheet>> FindSheet(Reader& reader, const domain::SheetName& name) {
  ARGUS_ASSIGN(const auto row, FindRow(reader, kGet, KeyOf(name)));
  return row ? std::optional(Parse(*row)) : std::nullopt;
}

// Two uploads of one text at once: the second transaction runs again and finds the first one's sheet.
v1::Sheet InsertSheet(Transaction& tx, std::int64_t blob, const domain::SheetName& name, std::int64_t size,
                      const std::string& creator) {
  db::Params params = KeyOf(name);
  params.insert(params.end(), {{"blob_id", blob}, {"size", size}, {"creator", creator}, {"now", tx.now()}});
  tx.Exec(kInsert, std::move(params), Guard::kContendedKey);
  v1::Sheet sheet;
  sheet.set_name(name.ToString());
  sheet.set_sha256(name.sha256);
  sheet.set_content_size(size);
  sheet.set_creator(creator);
  *sheet.mutable_create_time() = ToProto(tx.now());
  return sheet;
}

}  // namespace

Statements SheetStatements() {
  return {kGet, kGetChunk, kInsertBlob, kInsertChunk, kInsert, kDeleteBlob, kDeleteStale};
}

Result<v1::Sheet> PutSheet(Transaction& tx, const domain::ProjectName& parent, std::string_view content,
                           const std::string& creator) {
  const domain::SheetName name{parent.project, Sha256Hex(content)};
  ARGUS_ASSIGN(auto existing, FindSheet(tx, name));
  if (existing) return std::move(*existing);
  ARGUS_ASSIGN(const std::int64_t blob, BeginSheetUpload(tx));
  for (std::size_t at = 0; at < content.size(); at += kMaxSheetChunk) {
    AppendSheetChunk(tx, blob, static_cast<std::int64_t>(at / kMaxSheetChunk),
                     std::string(content.substr(at, kMaxSheetChunk)));
  }
  return InsertSheet(tx, blob, name, static_cast<std::int64_t>(content.size()), creator);
}

Result<v1::Sheet> GetSheet(Reader& reader, const domain::SheetName& name) {
  ARGUS_ASSIGN(const db::Row row, GetRow(reader, kGet, KeyOf(name), name.ToString()));
  return Parse(row);
}

Result<std::optional<std::string>> ReadSheetChunk(Reader& reader, const domain::SheetName& name, std::int64_t number) {
  db::Params params = KeyOf(name);
  params.emplace_back("number", number);
  ARGUS_ASSIGN(const auto row, FindRow(reader, kGetChunk, params));
  return row ? std::optional(row->Blob("data")) : std::nullopt;
}

Result<std::string> ReadSheet(Reader& reader, const domain::SheetName& name, std::size_t limit) {
  ARGUS_ASSIGN(const v1::Sheet sheet, GetSheet(reader, name));
  const std::size_t size = std::min(limit, static_cast<std::size_t>(sheet.content_size()));
  std::string content;
  for (std::int64_t number = 0; content.size() < size; ++number) {
    ARGUS_ASSIGN(const auto chunk, ReadSheetChunk(reader, name, number));
    if (!chunk) return domain::NotFound(name.ToString());
    content += *chunk;
  }
  content.resize(size);
  return content;
}

Result<std::int64_t> BeginSheetUpload(Transaction& tx) {
  ARGUS_ASSIGN(const db::Rows rows, tx.ExecReturning(kInsertBlob, {{"now", tx.now()}}));
  return rows.front().Int("id");
}

void AppendSheetChunk(Transaction& tx, std::int64_t upload, std::int64_t number, std::string chunk) {
  tx.Exec(kInsertChunk, {{"blob_id", upload}, {"number", number}, {"data", db::Bytes{std::move(chunk)}}});
}

Result<v1::Sheet> PublishSheet(Transaction& tx, std::int64_t upload, const domain::SheetName& name, std::int64_t size,
                               const std::string& creator) {
  ARGUS_ASSIGN(auto existing, FindSheet(tx, name));
  if (!existing) return InsertSheet(tx, upload, name, size, creator);
  tx.Exec(kDeleteBlob, {{"blob_id", upload}});
  return std::move(*existing);
}

void DeleteStaleUploads(Transaction& tx, Timestamp begun_before) { tx.Exec(kDeleteStale, {{"time", begun_before}}); }

}  // namespace argus::store
