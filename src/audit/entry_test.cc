#include "audit/entry.h"

#include <gtest/gtest.h>

namespace argus::audit {
namespace {

Entry SampleEntry() {
  Entry entry;
  entry.id = 3651234567890123456;
  entry.timestamp = FromMicros(1779525731123456);
  entry.actor = "user/login_id=alice";
  entry.actor_ip = "10.42.11.7";
  entry.action = "bb.issue.approve";
  entry.resource = "projects/play/issues/42";
  entry.resource_type = "issue";
  entry.severity = v1::AuditLog::NOTICE;
  (*entry.request_payload.mutable_fields())["comment"].set_string_value("looks \"good\"\n");
  entry.response_status = ResponseStatus::kDenied;
  entry.correlation_id = "req-1";
  (*entry.extra.mutable_fields())["approval_step"].set_number_value(2);
  return entry;
}

TEST(CanonicalLine, IsOneSortedLine) {
  EXPECT_EQ(CanonicalLine(SampleEntry()),
            R"({"action":"bb.issue.approve","actor":"user/login_id=alice","actor_ip":"10.42.11.7",)"
            R"("correlation_id":"req-1","extra":{"approval_step":2},"id":"3651234567890123456",)"
            R"("request_payload":{"comment":"looks \"good\"\n"},"resource":"projects/play/issues/42",)"
            R"("resource_type":"issue","response_status":"denied","severity":"notice",)"
            R"("timestamp":"2026-05-23T08:42:11.123456Z"})");
}

TEST(ParseLine, GivesBackTheEntry) {
  const std::string line = CanonicalLine(SampleEntry());
  const auto entry = ParseLine(line);
  ASSERT_TRUE(entry.ok()) << entry.error().ToString();
  EXPECT_EQ(CanonicalLine(*entry), line);
  EXPECT_EQ(entry->id, SampleEntry().id);
  EXPECT_EQ(entry->timestamp, SampleEntry().timestamp);
  EXPECT_EQ(entry->severity, v1::AuditLog::NOTICE);
  EXPECT_EQ(entry->response_status, ResponseStatus::kDenied);
}

TEST(ParseLine, TakesTheLineOfAnEmptyEntry) { EXPECT_TRUE(ParseLine(CanonicalLine(Entry{})).ok()); }

TEST(ParseLine, RefusesEveryOtherLine) {
  const std::string line = CanonicalLine(SampleEntry());
  EXPECT_FALSE(ParseLine("").ok());
  EXPECT_FALSE(ParseLine("[]").ok());
  EXPECT_FALSE(ParseLine("{}").ok());
  EXPECT_FALSE(ParseLine(line + "\n").ok());
  EXPECT_FALSE(ParseLine(line.substr(0, line.size() - 1)).ok());
  EXPECT_FALSE(ParseLine("{\"more\":1," + line.substr(1)).ok());
}

TEST(ToMessage, CarriesEveryField) {
  const v1::AuditLog message = ToMessage(SampleEntry());
  EXPECT_EQ(message.name(), "auditLogs/3651234567890123456");
  EXPECT_EQ(message.timestamp().seconds(), 1779525731);
  EXPECT_EQ(message.timestamp().nanos(), 123456000);
  EXPECT_EQ(message.actor(), "user/login_id=alice");
  EXPECT_EQ(message.actor_ip(), "10.42.11.7");
  EXPECT_EQ(message.action(), "bb.issue.approve");
  EXPECT_EQ(message.resource(), "projects/play/issues/42");
  EXPECT_EQ(message.resource_type(), "issue");
  EXPECT_EQ(message.severity(), v1::AuditLog::NOTICE);
  EXPECT_EQ(message.request_payload().fields().at("comment").string_value(), "looks \"good\"\n");
  EXPECT_EQ(message.response_status(), "denied");
  EXPECT_EQ(message.correlation_id(), "req-1");
  EXPECT_EQ(message.extra().fields().at("approval_step").number_value(), 2);
}

}  // namespace
}  // namespace argus::audit
