#include "store/request_id_store.h"

#include "store/row.h"
#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kFind{"request_id.find",
                              "SELECT request_hash, response FROM request_id WHERE actor = :actor"
                              " AND method = :method AND request_id = :request_id AND expire_time > :now"};
// One that has expired gives way.
constexpr db::Statement kForget{"request_id.forget",
                                "DELETE FROM request_id WHERE actor = :actor AND method = :method"
                                " AND request_id = :request_id AND expire_time <= :now"};
constexpr db::Statement kInsert{
    "request_id.insert",
    "INSERT INTO request_id (actor, method, request_id, request_hash, response, expire_time) VALUES (:actor, :method,"
    " :request_id, :request_hash, :response, :expire_time)"};
constexpr db::Statement kDeleteExpired{"request_id.delete_expired", "DELETE FROM request_id WHERE expire_time <= :now"};

db::Params KeyAt(const RequestKey& key, Timestamp now) {
  return {{"actor", key.actor}, {"method", key.method}, {"request_id", key.request_id}, {"now", now}};
}

}  // namespace

Statements RequestIdStatements() { return {kFind, kForget, kInsert, kDeleteExpired}; }

Result<std::optional<RecordedRequest>> FindRequest(Transaction& tx, const RequestKey& key) {
  ARGUS_ASSIGN(const auto row, FindRow(tx, kFind, KeyAt(key, tx.now())));
  return row ? std::optional(RecordedRequest{row->Text("request_hash"), row->Blob("response")}) : std::nullopt;
}

void RecordRequest(Transaction& tx, const RequestKey& key, const RecordedRequest& request, Timestamp expire_time) {
  db::Params params = KeyAt(key, tx.now());
  tx.Exec(kForget, params);
  params.emplace_back("request_hash", request.request_hash);
  params.emplace_back("response", db::Bytes{request.response});
  params.emplace_back("expire_time", expire_time);
  tx.Exec(kInsert, std::move(params), Guard::kContendedKey);
}

void DeleteExpiredRequests(Transaction& tx) { tx.Exec(kDeleteExpired, {{"now", tx.now()}}); }

}  // namespace argus::store
