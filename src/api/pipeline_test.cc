#include "api/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PipelineTest : public testing::Test {
 protected:
  std::vector<v1::AuditLog> AuditLogs(const std::string& filter) {
    v1::ListAuditLogsRequest request;
    request.set_filter(filter);
    const auto response =
        Must(server_.Call<v1::ListAuditLogsResponse>("AuditLogService/ListAuditLogs", request, admin_));
    return {response.audit_logs().begin(), response.audit_logs().end()};
  }

  v1::CreateProjectRequest NewProject(const std::string& id) {
    v1::CreateProjectRequest request;
    request.set_project_id(id);
    return request;
  }

  TestServer server_;
  const std::string admin_ = server_.SignIn("admin");
};

TEST_F(PipelineTest, ReturnsTheCorrelationIdInBothHeaders) {
  net::Headers headers;
  headers.Add("X-Request-ID", "from-the-caller");
  const auto answer = server_.Send("ActuatorService/GetActuatorInfo", v1::GetActuatorInfoRequest(), "", headers);
  ASSERT_TRUE(answer.result.ok());
  EXPECT_EQ(answer.call->response_headers().Get("X-Correlation-ID"), "from-the-caller");
  EXPECT_EQ(answer.call->response_headers().Get("correlation_id"), "from-the-caller");
}

TEST_F(PipelineTest, RefusalsCarryACorrelationIdAndAreCounted) {
  const auto answer = server_.Send("ProjectService/ListProjects", v1::ListProjectsRequest());
  ASSERT_FALSE(answer.result.ok());
  EXPECT_EQ(answer.result.error().code(), Code::kUnauthenticated);
  EXPECT_EQ(answer.call->response_headers().Get("WWW-Authenticate"), "Bearer");
  EXPECT_THAT(std::string(answer.call->response_headers().Get("X-Correlation-ID")), testing::StartsWith("req-"));
  EXPECT_THAT(server_.registry().RenderText(),
              HasSubstr(R"(route="/argus.v1.ProjectService/ListProjects",status="401",protocol="connect"} 1)"));
}

TEST_F(PipelineTest, SetsTheActorAndTheCallersTrace) {
  net::Headers headers;
  headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const auto answer = server_.Send("ProjectService/ListProjects", v1::ListProjectsRequest(), admin_, headers);
  ASSERT_TRUE(answer.result.ok());
  EXPECT_EQ(answer.call->context().actor, "user/login_id=admin");
  EXPECT_EQ(answer.call->context().trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(PipelineTest, RefusesTokensThatItDidNotMake) {
  for (const char* token : {"nonsense", "argus_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    const auto answer = server_.Send("ProjectService/ListProjects", v1::ListProjectsRequest(), token);
    ASSERT_FALSE(answer.result.ok());
    EXPECT_EQ(answer.result.error().code(), Code::kUnauthenticated) << token;
  }
}

TEST_F(PipelineTest, ATokenEndsWithItsSession) {
  ASSERT_TRUE(server_.Call<v1::LogoutResponse>("AuthService/Logout", v1::LogoutRequest(), admin_).ok());
  const auto answer = server_.Send("ProjectService/ListProjects", v1::ListProjectsRequest(), admin_);
  ASSERT_FALSE(answer.result.ok());
  EXPECT_EQ(answer.result.error().reason(), reasons::kTokenExpired);
}

TEST_F(PipelineTest, RecordsDenialsAndFailuresOfAuditedMethods) {
  const std::string bob = server_.AddUser(admin_, "bob");
  EXPECT_EQ(server_.Send("ProjectService/CreateProject", NewProject("bobs"), bob).result.error().code(),
            Code::kPermissionDenied);
  EXPECT_EQ(server_.Send("ProjectService/CreateProject", NewProject("NOT AN ID"), admin_).result.error().code(),
            Code::kInvalidArgument);
  EXPECT_FALSE(server_.Send("ProjectService/CreateProject", NewProject("nobodys")).result.ok());
  std::vector<std::string> seen;
  for (const auto& entry : AuditLogs("action = \"bb.project.create\"")) {
    seen.push_back(entry.actor() + " " + entry.response_status());
  }
  EXPECT_THAT(seen, ElementsAre(" denied", "user/login_id=admin error", "user/login_id=bob denied"));
}

TEST_F(PipelineTest, RecordsAFailedSignInOnce) {
  v1::LoginRequest request;
  request.set_login_id("admin");
  request.set_password("wrong password");
  EXPECT_FALSE(server_.Call<v1::LoginResponse>("AuthService/Login", request).ok());
  int failures = 0;
  for (const auto& entry : AuditLogs("response_status = \"denied\""))
    failures += entry.action().starts_with("bb.auth.login");
  EXPECT_EQ(failures, 1);
}

TEST_F(PipelineTest, ReadingTheAuditLogIsRecorded) {
  AuditLogs("actor:user/login_id=admin");
  const auto queries = AuditLogs("action = \"bb.auditlog.query\"");
  ASSERT_EQ(queries.size(), 1u);
  EXPECT_EQ(queries[0].extra().fields().at("filter").string_value(), "actor:user/login_id=admin");
}

TEST_F(PipelineTest, ValidatesBeforeTheHandler) {
  v1::ListProjectsRequest request;
  request.set_page_size(-1);
  const auto answer = server_.Send("ProjectService/ListProjects", request, admin_);
  ASSERT_FALSE(answer.result.ok());
  EXPECT_EQ(answer.result.error().fields().at(0).field, "pageSize");
}

TEST_F(PipelineTest, SaysWhichMethodsAreNotBuiltYet) {
  const auto answer = server_.Send("SheetService/UploadSheet", v1::UploadSheetRequest(), admin_);
  ASSERT_FALSE(answer.result.ok());
  EXPECT_EQ(answer.result.error().code(), Code::kUnimplemented);
  EXPECT_EQ(answer.result.error().reason(), reasons::kNotBuiltYet);
}

TEST_F(PipelineTest, OpensNoStreamWhileDraining) {
  server_.readiness().StartDrain();
  v1::WatchRolloutRequest request;
  request.set_name("projects/play/rollouts/1");
  const auto watch = server_.Send("RolloutService/WatchRollout", request, admin_);
  ASSERT_FALSE(watch.result.ok());
  EXPECT_EQ(watch.result.error().reason(), reasons::kDraining);
  EXPECT_TRUE(server_.Send("ProjectService/ListProjects", v1::ListProjectsRequest(), admin_).result.ok());
}

TEST(Interceptors, DoNoWorkForCallsThatCannotEndWell) {
  TestServer server;
  rpc::Arrival arrival;
  arrival.method = server.dispatcher().Find("/argus.v1.ActuatorService/GetActuatorInfo");
  arrival.context.deadline = std::chrono::steady_clock::now();
  rpc::Call late(arrival);
  EXPECT_EQ(server.dispatcher().Run(late).error().code(), Code::kDeadlineExceeded);
  arrival.context.cancel->Cancel();
  rpc::Call left(arrival);
  EXPECT_EQ(server.dispatcher().Run(left).error().code(), Code::kCancelled);
}

}  // namespace
}  // namespace argus::api
