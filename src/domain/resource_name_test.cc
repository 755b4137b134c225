#include "domain/resource_name.h"

#include <gtest/gtest.h>

namespace argus::domain {
namespace {

template <typename Name>
std::string RoundTrip(std::string_view text) {
  auto name = Name::Parse(text);
  return name.ok() ? name->ToString() : "refused";
}

TEST(ResourceName, EveryFormRoundTrips) {
  EXPECT_EQ(RoundTrip<UserName>("users/alice"), "users/alice");
  EXPECT_EQ(RoundTrip<DatabaseName>("instances/pg1/databases/a%2Fb%20c"), "instances/pg1/databases/a%2Fb%20c");
  EXPECT_EQ(RoundTrip<PlanName>("projects/play/plans/101"), "projects/play/plans/101");
  EXPECT_EQ(RoundTrip<PlanCheckRunName>("projects/play/plans/1/planCheckRuns/2"),
            "projects/play/plans/1/planCheckRuns/2");
  EXPECT_EQ(RoundTrip<TaskRunName>("projects/play/rollouts/100/tasks/3/taskRuns/2"),
            "projects/play/rollouts/100/tasks/3/taskRuns/2");
  EXPECT_EQ(RoundTrip<RevisionName>("instances/i/databases/d/revisions/7"), "instances/i/databases/d/revisions/7");
}

TEST(ResourceName, DatabaseIdsAreDecoded) {
  EXPECT_EQ(DatabaseName::Parse("instances/i/databases/%E5%BA%97")->database, "店");
}

TEST(ResourceName, RefusesWhatItCouldNotHaveMade) {
  for (const char* name :
       {"", "projects", "projects/", "projects/play/plans/", "projects/play/plans/01", "projects/play/plans/-1",
        "projects/play/plans/99999999999999999999", "projects/play/plans/1/", "/projects/play/plans/1",
        "projects/../plans/1x", "projects/play/plan/1", "projects/p q/plans/1"}) {
    EXPECT_EQ(RoundTrip<PlanName>(name), "refused") << name;
  }
  EXPECT_EQ(RoundTrip<DatabaseName>("instances/i/databases/%2f"), "refused");  // not the canonical escape
  EXPECT_EQ(RoundTrip<SheetName>("projects/play/sheets/abc"), "refused");
}

TEST(ResourceName, ErrorsNameTheExpectedForm) {
  const auto error = PlanName::Parse("plans/1");
  ASSERT_FALSE(error.ok());
  EXPECT_EQ(error.error().code(), Code::kInvalidArgument);
  EXPECT_NE(error.error().message().find("projects/{project}/plans/{plan}"), std::string::npos);
}

TEST(ResourceName, TypesAreSingular) {
  EXPECT_EQ(ResourceType("projects/play/issues/42"), "issue");
  EXPECT_EQ(ResourceType("projects/p/rollouts/1/tasks/2/taskRuns/3"), "taskRun");
  EXPECT_EQ(ResourceType("instances/i/databases/d"), "database");
  EXPECT_EQ(ResourceType(""), "");
}

TEST(ResourceName, ChosenIdsFollowAip122) {
  EXPECT_TRUE(CheckResourceId("play-2", "projectId").ok());
  for (const char* id : {"", "2play", "Play", "a_b", "a/b"}) EXPECT_FALSE(CheckResourceId(id, "projectId").ok()) << id;
  EXPECT_TRUE(CheckLoginId("alice.w", "user.loginId").ok());
  EXPECT_FALSE(CheckLoginId("me", "user.loginId").ok());
}

}  // namespace
}  // namespace argus::domain
