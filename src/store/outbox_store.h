// What commits announced, for the other replicas: level-triggered hints in no order.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "store/notifier.h"
#include "store/reader.h"
#include "store/transaction.h"

namespace argus::store {

// Reads the outbox forward without losing what was announced by a transaction that began earlier and committed later:
// ids that are missing are asked for again until they are older than any transaction. Not thread-safe.
class OutboxFeed {
 public:
  // Starts behind what is there now.
  static Result<OutboxFeed> Open(Reader& reader);
  // What processes other than `replica` announced since the last call, each once; at most kBatch at a time, so call
  // again until nothing comes.
  Result<std::vector<Announcement>> Next(Reader& reader, std::string_view replica, MonotonicTime now);
  static constexpr std::int64_t kBatch = 1000;
  // How many of other processes than `replica` wait to be read.
  Result<std::int64_t> Backlog(Reader& reader, std::string_view replica) const;

 private:
  explicit OutboxFeed(std::int64_t last) : last_(last) {}
  Result<db::Rows> Read(Reader& reader) const;
  void Advance(std::int64_t id, MonotonicTime now);
  void ForgetOldGaps(MonotonicTime now);

  std::int64_t last_;
  std::map<std::int64_t, MonotonicTime> gaps_;  // missing id -> when it was first missed
};

// Commit with Unaudited::kOutboxDelivery.
void TrimOutbox(Transaction& tx, Timestamp before);

}  // namespace argus::store
