// AIP-155: what a request with a requestId was answered, so that its repetition gets the same answer.
#pragma once

#include <optional>
#include <string>

#include "store/transaction.h"

namespace argus::store {

struct RequestKey {
  std::string actor;   // "users/alice"
  std::string method;  // "argus.v1.PlanService/CreatePlan"
  std::string request_id;
};

struct RecordedRequest {
  std::string request_hash;  // Of the request; another hash under the same key is a misuse.
  std::string response;      // The serialized response message.
};

// nullopt when it is unknown or forgotten (expired at tx.now()).
Result<std::optional<RecordedRequest>> FindRequest(Transaction& tx, const RequestKey& key);
// In the transaction of the work. Two at once: the second one runs again and finds the first's (Guard::kContendedKey).
void RecordRequest(Transaction& tx, const RequestKey& key, const RecordedRequest& request, Timestamp expire_time);
void DeleteExpiredRequests(Transaction& tx);

}  // namespace argus::store
