#include "domain/state.h"

#include <gtest/gtest.h>

#include "domain/reasons.h"

namespace argus::domain {
namespace {

TEST(State, ARunEndsOnceAndUnknownOnlyByResolution) {
  using R = v1::TaskRun;
  EXPECT_EQ(*Next(R::PENDING, TaskRunEvent::kClaim), R::RUNNING);
  EXPECT_EQ(*Next(R::RUNNING, TaskRunEvent::kLose), R::UNKNOWN);
  EXPECT_EQ(*Next(R::UNKNOWN, TaskRunEvent::kResolveDone), R::DONE);
  for (auto state : {R::DONE, R::FAILED, R::CANCELED}) {
    for (int event = 0; event <= static_cast<int>(TaskRunEvent::kResolveFailed); ++event) {
      EXPECT_FALSE(Next(state, static_cast<TaskRunEvent>(event)).ok());
    }
  }
  EXPECT_FALSE(Next(R::UNKNOWN, TaskRunEvent::kClaim).ok());
  EXPECT_FALSE(Next(R::PENDING, TaskRunEvent::kSucceed).ok());
}

TEST(State, AnUnknownTaskCanBeNeitherRunNorSkipped) {
  EXPECT_FALSE(Next(v1::Task::UNKNOWN, TaskEvent::kEnqueue).ok());
  EXPECT_FALSE(Next(v1::Task::UNKNOWN, TaskEvent::kSkip).ok());
  EXPECT_FALSE(Next(v1::Task::DONE, TaskEvent::kEnqueue).ok());
}

TEST(State, ErrorsNameStateAndEvent) {
  const auto result = Next(v1::Rollout::DONE, RolloutEvent::kPause);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason(), reasons::kInvalidStateTransition);
  EXPECT_EQ(result.error().message(), "The rollout is DONE and cannot be paused.");
}

TEST(State, EveryEndOfARunMovesItsTask) {
  using R = v1::TaskRun;
  for (auto state : {R::DONE, R::FAILED, R::CANCELED, R::UNKNOWN}) {
    EXPECT_TRUE(Next(v1::Task::RUNNING, TaskEventFor(state)).ok());
  }
}

}  // namespace
}  // namespace argus::domain
