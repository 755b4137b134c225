#include "runner/change_links.h"

#include <algorithm>
#include <tuple>

#include "platform/base/encoding.h"
#include "platform/telemetry/trace/fake_exporter_test_support.h"
#include "runner/runner_test_support.h"
#include "runner/task_run_runner.h"

namespace argus::runner {
namespace {

using Links = std::vector<std::tuple<std::string, std::string, std::string>>;  // relation, trace, span

class ChangeLinksTest : public RunnerTest {
 protected:
  static TraceContext TraceOf(char digit) { return {std::string(32, digit), std::string(16, digit), true, {}}; }
  static RequestContext Traced(RequestContext ctx, char digit) {
    ctx.trace = TraceOf(digit);
    return ctx;
  }

  // Written in trace a, approved in trace b.
  v1::Rollout AddTracedRollout() {
    const auto plan = Must(plans_.Create(Traced(As("alice"), 'a'), PlanRequest(AddSheet(), {kDev})));
    const auto issue = AddIssue(plan);
    EndChecks();
    v1::ApproveIssueRequest approval;
    approval.set_name(issue.name());
    Must(issues_.Approve(Traced(As("bob"), 'b'), approval));
    return Must(CreateRollout(plan));
  }
  Links LinksOf(const v1::Rollout& rollout) {
    const auto task = Must(domain::TaskName::Parse(Reload(rollout).stages(0).tasks(0).name()));
    Links found;
    for (const auto& link : ChangeLinks(*metastore_, ctx_, {task.project, task.rollout, task.task, 1})) {
      EXPECT_TRUE(link.context.sampled);
      found.emplace_back(link.relation, link.context.trace_id, link.context.span_id);
    }
    return found;
  }
};

INSTANTIATE_TEST_SUITE_P(Dialects, ChangeLinksTest, testing::Values(db::Dialect::kSqlite, db::Dialect::kPostgres),
                         command::DialectOf);

TEST_P(ChangeLinksTest, LeadToThePlanAndTheApproval) {
  EXPECT_THAT(LinksOf(AddTracedRollout()),
              testing::ElementsAre(std::tuple("plan", std::string(32, 'a'), std::string(16, 'a')),
                                   std::tuple("approval", std::string(32, 'b'), std::string(16, 'b'))));
}

TEST_P(ChangeLinksTest, AreNoneOfWhatWasNotTraced) { EXPECT_THAT(LinksOf(AddRollout({kDev})), testing::IsEmpty()); }

TEST_P(ChangeLinksTest, AreNoneOfWhatIsGone) {
  EXPECT_TRUE(ChangeLinks(*metastore_, ctx_, {"play", 9999, 1, 1}).empty());
}

TEST_P(ChangeLinksTest, ARunsSpanHasThemAndIsAChildOfTheRequest) {
  trace::Collector collector;
  const trace::Tracer tracer({}, std::make_unique<trace::FakeExporter>(collector));
  UseScriptedDriver();
  script_.run = [](const RequestContext&, target::RunObserver&) {
    target::RunResult result;
    result.outcome = target::Outcome::kCommitted;
    return result;
  };
  const auto rollout = AddTracedRollout();
  v1::StartRolloutRequest request;
  request.set_name(rollout.name());
  Must(rollouts_.Start(Traced(As("carol"), 'c'), request));
  {
    const auto services = Services();
    TaskRunRunner runner({services.metastore, services.targets, services.logger, services.metrics, services.changes, tracer});
    ASSERT_TRUE(AwaitStates(rollout, "dev:DONE"));
  }
  ASSERT_TRUE(tracer.Flush(kPatience));
  const auto spans = collector.spans();
  const auto run = std::find_if(spans.begin(), spans.end(), [](const auto& span) { return span.name() == "task run"; });
  ASSERT_NE(run, spans.end());
  EXPECT_EQ(HexEncode(run->trace_id()), std::string(32, 'c'));
  EXPECT_EQ(HexEncode(run->parent_span_id()), std::string(16, 'c'));
  ASSERT_EQ(run->links_size(), 2);
  EXPECT_EQ(HexEncode(run->links(0).span_id()), std::string(16, 'a'));
  EXPECT_EQ(HexEncode(run->links(1).span_id()), std::string(16, 'b'));
  EXPECT_TRUE(std::any_of(spans.begin(), spans.end(), [](const auto& span) { return span.name() == "wake task_run"; }));
}

}  // namespace
}  // namespace argus::runner
