#include "audit/redact.h"

#include <gtest/gtest.h>

#include "audit/canonical_json.h"
#include "contract/contract.h"
#include "platform/base/encoding.h"

namespace argus::audit {
namespace {

std::string Json(const google::protobuf::Message& message) {
  std::string out;
  AppendCanonical(Redact(message), out);
  return out;
}

TEST(Redact, HidesSensitiveFieldsAtEveryDepth) {
  v1::CreateInstanceRequest request;
  request.set_instance_id("pg1");
  request.mutable_instance()->set_password("hunter2");
  request.mutable_instance()->set_port(5433);
  request.mutable_instance()->set_engine(v1::POSTGRES);
  request.mutable_instance()->mutable_tls()->set_client_key("-----BEGIN");
  EXPECT_EQ(Json(request), R"({"instance":{"engine":"POSTGRES","password":"[redacted]","port":5433,)"
                           R"("tls":{"clientKey":"[redacted]"}},"instanceId":"pg1"})");
}

TEST(Redact, LeavesOutWhatIsNotSet) { EXPECT_EQ(Json(v1::LoginRequest()), "{}"); }

TEST(Redact, ShortensLargeContentToItsDigest) {
  v1::CreateSheetRequest request;
  request.mutable_sheet()->set_content(std::string(2000, 'x'));
  const std::string digest = "sha256:" + Sha256Hex(std::string(2000, 'x')) + " (2000 bytes)";
  EXPECT_EQ(Json(request), "{\"sheet\":{\"content\":\"" + digest + "\"}}");
  request.mutable_sheet()->set_content("SELECT 1");
  EXPECT_EQ(Json(request), R"({"sheet":{"content":"U0VMRUNUIDE="}})");
}

TEST(Redact, WritesListsMapsAndWellKnownTypesAsProtoJson) {
  v1::UpdateTaskRequest update;
  update.mutable_task()->mutable_run_after()->set_seconds(1779525731);
  update.mutable_update_mask()->add_paths("run_after");
  EXPECT_EQ(Json(update), R"({"task":{"runAfter":"2026-05-23T08:42:11Z"},"updateMask":"runAfter"})");

  v1::Database database;
  (*database.mutable_labels())["team"] = "shop";
  EXPECT_EQ(Json(database), R"({"labels":{"team":"shop"}})");

  v1::BatchRunTasksRequest batch;
  batch.add_tasks("tasks/1");
  batch.add_tasks("tasks/2");
  EXPECT_EQ(Json(batch), R"({"tasks":["tasks/1","tasks/2"]})");

  v1::Sheet sheet;
  sheet.set_content_size(7);
  EXPECT_EQ(Json(sheet), R"({"contentSize":"7"})");
}

}  // namespace
}  // namespace argus::audit
