#include "api/validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/reasons.h"

namespace argus::api {
namespace {

using testing::ElementsAre;

std::vector<std::string> WrongFields(const google::protobuf::Message& request) {
  static const Validator validator;
  const Status status = validator.Check(request);
  std::vector<std::string> fields;
  if (status.ok()) return fields;
  EXPECT_EQ(status.error().code(), Code::kInvalidArgument);
  for (const auto& violation : status.error().fields()) fields.push_back(violation.field);
  return fields;
}

TEST(Validator, AsksForWhatTheRouteHolds) {
  EXPECT_THAT(WrongFields(v1::GetPlanRequest()), ElementsAre("name"));
  EXPECT_THAT(WrongFields(v1::CreatePlanRequest()), ElementsAre("parent"));
  EXPECT_THAT(WrongFields(v1::UpdatePlanRequest()), ElementsAre("plan.name"));
  EXPECT_THAT(WrongFields(v1::SetProjectIamPolicyRequest()), ElementsAre("resource"));
  EXPECT_THAT(WrongFields(v1::WatchRolloutRequest()), ElementsAre("name"));  // Has no route.
  v1::GetPlanRequest request;
  request.set_name("projects/play/plans/1");
  EXPECT_THAT(WrongFields(request), ElementsAre());
}

TEST(Validator, LeavesOutWhatOneRouteDoesWithout) {
  EXPECT_THAT(WrongFields(v1::ListIssuesRequest()), ElementsAre());      // GET /v1/issues
  EXPECT_THAT(WrongFields(v1::TestConnectionRequest()), ElementsAre());  // POST /v1/instances:testConnection
  EXPECT_THAT(WrongFields(v1::ListUsersRequest()), ElementsAre());
}

TEST(Validator, ReasonSaysWhetherSomethingIsMissing) {
  EXPECT_EQ(Validator().Check(v1::GetPlanRequest()).error().reason(), reasons::kMissingField);
  v1::ListUsersRequest request;
  request.set_page_size(-1);
  EXPECT_EQ(Validator().Check(request).error().reason(), reasons::kInvalidField);
  EXPECT_THAT(WrongFields(request), ElementsAre("pageSize"));
}

TEST(Validator, BoundsRequestIds) {
  v1::CreateProjectRequest request;
  for (const std::string& good : {std::string("a"), std::string("A-b_9"), std::string(64, 'x')}) {
    request.set_request_id(good);
    EXPECT_THAT(WrongFields(request), ElementsAre()) << good;
  }
  for (const std::string& bad : {std::string(65, 'x'), std::string("a b"), std::string("ä")}) {
    request.set_request_id(bad);
    EXPECT_THAT(WrongFields(request), ElementsAre("requestId")) << bad;
  }
}

TEST(Validator, BoundsStringsWhereverTheyStand) {
  v1::CreatePlanRequest request;
  request.set_parent("projects/play");
  request.mutable_plan()->set_title(std::string(Validator::kMaxStringBytes + 1, 'x'));
  request.mutable_plan()->add_specs()->add_targets("fine");
  request.mutable_plan()->add_specs()->add_targets(std::string("nul\0", 4));
  EXPECT_THAT(WrongFields(request), ElementsAre("plan.title", "plan.specs[1].targets[0]"));
}

TEST(Validator, LetsSheetsBeLarger) {
  v1::CreateSheetRequest request;
  request.set_parent("projects/play");
  request.mutable_sheet()->set_content(std::string(Validator::kMaxStringBytes + 1, '\0'));
  EXPECT_THAT(WrongFields(request), ElementsAre());
}

TEST(Validator, NamesABoundedNumberOfFields) {
  v1::BatchRunTasksRequest request;
  request.set_parent("projects/play/rollouts/1");
  for (int i = 0; i < 1000; ++i) request.add_tasks(std::string("\0", 1));
  EXPECT_EQ(WrongFields(request).size(), 16u);
}

}  // namespace
}  // namespace argus::api
