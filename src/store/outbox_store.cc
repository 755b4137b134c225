#include "store/outbox_store.h"

#include "store/statements.h"

namespace argus::store {
namespace {

constexpr db::Statement kLast{"outbox.last", "SELECT COALESCE(MAX(id), 0) AS id FROM outbox"};
constexpr db::Statement kRead{"outbox.read",
                              "SELECT id, replica, topic, resource, version FROM outbox"
                              " WHERE id > :last OR id IN (:gaps) ORDER BY id LIMIT :limit"};
constexpr db::Statement kBacklog{"outbox.backlog",
                                 "SELECT COUNT(*) AS total FROM outbox WHERE id > :last AND replica <> :replica"};
constexpr db::Statement kTrim{"outbox.trim", "DELETE FROM outbox WHERE create_time < :before"};

// Longer than any transaction may last.
constexpr std::chrono::seconds kGapAge{60};
// Ids burnt by transactions that collided; more than this at once means that something else is wrong.
constexpr std::size_t kMaxGaps = 4096;

}  // namespace

Statements OutboxStatements() { return {kLast, kRead, kBacklog, kTrim}; }

Result<OutboxFeed> OutboxFeed::Open(Reader& reader) {
  ARGUS_ASSIGN(const db::Rows rows, reader.Query(kLast, {}));
  return OutboxFeed(rows.front().Int("id"));
}

Result<std::vector<Announcement>> OutboxFeed::Next(Reader& reader, std::string_view replica, MonotonicTime now) {
  ARGUS_ASSIGN(const db::Rows rows, Read(reader));
  std::vector<Announcement> announcements;
  for (const db::Row& row : rows) {
    Advance(row.Int("id"), now);
    const auto topic = ParseTopic(row.Text("topic"));  // A newer replica may know more topics.
    if (topic && row.Text("replica") != replica)
      announcements.push_back({*topic, row.Text("resource"), row.Int("version")});
  }
  ForgetOldGaps(now);
  return announcements;
}

Result<std::int64_t> OutboxFeed::Backlog(Reader& reader, std::string_view replica) const {
  ARGUS_ASSIGN(const auto rows, reader.Query(kBacklog, {{"last", last_}, {"replica", replica}}));
  return rows.front().Int("total");
}

Result<db::Rows> OutboxFeed::Read(Reader& reader) const {
  std::vector<db::Value> gaps;
  for (const auto& [id, since] : gaps_) gaps.emplace_back(id);
  return reader.Query(kRead, {{"last", last_}, {"gaps", std::move(gaps)}, {"limit", kBatch}});
}

void OutboxFeed::Advance(std::int64_t id, MonotonicTime now) {
  gaps_.erase(id);
  for (std::int64_t missing = last_ + 1; missing < id && gaps_.size() < kMaxGaps; ++missing)
    gaps_.emplace(missing, now);
  last_ = std::max(last_, id);
}

void OutboxFeed::ForgetOldGaps(MonotonicTime now) {
  std::erase_if(gaps_, [&](const auto& gap) { return now - gap.second > kGapAge; });
}

void TrimOutbox(Transaction& tx, Timestamp before) { tx.Exec(kTrim, {{"before", before}}); }

}  // namespace argus::store
