#include "cli/apply.h"

#include <fmt/ostream.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "domain/reasons.h"
#include "domain/state.h"

namespace argus::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstPoll{50};
constexpr std::chrono::milliseconds kSlowestPoll{2000};

std::string Prefixed(std::string name, std::string_view prefix) {
  return name.starts_with(prefix) ? name : std::string(prefix) + name;
}

std::string DatabaseResource(const std::string& name) {
  const auto slash = name.find('/');
  if (name.starts_with("instances/") || slash == std::string::npos) return name;
  return fmt::format("instances/{}/databases/{}", name.substr(0, slash), name.substr(slash + 1));
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(Code::kNotFound, reasons::kFileError, fmt::format("{} cannot be read.", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// One change on its way; each step prints its line and leaves what the next one needs.
class Application {
 public:
  Application(ApiClient& client, const ApplyOptions& options, std::ostream& out)
      : client_(client), options_(options), out_(out), deadline_(steady_clock::now() + options.timeout) {}

  Result<ApplyExit> Run() {
    ARGUS_RETURN_IF_ERROR(CreatePlan());
    ARGUS_ASSIGN(const bool passed, AwaitChecks());
    if (!passed) return kChecksFailed;
    ARGUS_RETURN_IF_ERROR(CreateIssue());
    ARGUS_ASSIGN(const bool approved, AwaitApproval());
    if (!approved) return kNotApproved;
    ARGUS_RETURN_IF_ERROR(StartRollout());
    return AwaitRollout();
  }

 private:
  template <typename... Args>
  void Say(std::string_view step, fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(out_, "{:<9} {}\n", step, fmt::format(format, std::forward<Args>(args)...));
    out_.flush();
  }

  // Calls `look` until it has an answer, ever more slowly.
  template <typename T>
  Result<T> Poll(const std::function<Result<std::optional<T>>()>& look) {
    for (auto pause = kFirstPoll;; pause = std::min(pause * 3 / 2, kSlowestPoll)) {
      ARGUS_ASSIGN(std::optional<T> answer, look());
      if (answer) return *std::move(answer);
      if (steady_clock::now() + pause > deadline_) {
        return Error(Code::kDeadlineExceeded, reasons::kDeadlineExceeded,
                     "Stopped waiting; the change itself goes on.");
      }
      std::this_thread::sleep_for(pause);
    }
  }

  std::string Project() const { return Prefixed(options_.project, "projects/"); }

  Result<std::string> UploadSheet(const std::string& path) {
    ARGUS_ASSIGN(std::string content, ReadFile(path));
    v1::CreateSheetRequest request;
    request.set_parent(Project());
    request.mutable_sheet()->set_content(std::move(content));
    ARGUS_ASSIGN(const auto sheet, client_.Call<v1::Sheet>(request));
    Say("sheet", "{}  {}", sheet.name(), path);
    return sheet.name();
  }

  std::string Title() const {
    return options_.title.empty() ? fmt::format("Apply {}", fmt::join(options_.files, ", ")) : options_.title;
  }

  Status CreatePlan() {
    v1::CreatePlanRequest request;
    request.set_parent(Project());
    request.mutable_plan()->set_title(Title());
    for (const auto& path : options_.files) {
      ARGUS_ASSIGN(const auto sheet, UploadSheet(path));
      auto* spec = request.mutable_plan()->add_specs();
      spec->set_sheet(sheet);
      for (const auto& database : options_.databases) spec->add_targets(DatabaseResource(database));
    }
    ARGUS_ASSIGN(plan_, client_.Call<v1::Plan>(request));
    Say("plan", "{}  {} file(s) on {} database(s)", plan_.name(), plan_.specs_size(), options_.databases.size());
    return Ok();
  }

  Result<std::vector<v1::PlanCheckRun>> ListChecks() {
    std::vector<v1::PlanCheckRun> checks;
    v1::ListPlanCheckRunsRequest request;
    request.set_parent(plan_.name());
    request.set_page_size(1000);
    do {
      ARGUS_ASSIGN(auto page, client_.Call<v1::ListPlanCheckRunsResponse>(request));
      checks.insert(checks.end(), page.plan_check_runs().begin(), page.plan_check_runs().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return checks;
  }

  Result<bool> AwaitChecks() {
    ARGUS_ASSIGN(const auto checks,
                 Poll<std::vector<v1::PlanCheckRun>>([this]() -> Result<std::optional<std::vector<v1::PlanCheckRun>>> {
                   ARGUS_ASSIGN(auto all, ListChecks());
                   const bool done = !all.empty() && std::all_of(all.begin(), all.end(), [](const auto& check) {
                     return domain::IsFinal(check.state());
                   });
                   return done ? std::optional(std::move(all)) : std::nullopt;
                 }));
    bool passed = true;
    for (const auto& check : checks) passed = Report(check) && passed;
    return passed;
  }

  // True when the check does not stand in the way.
  bool Report(const v1::PlanCheckRun& check) {
    const bool done = check.state() == v1::PlanCheckRun::DONE;
    Say("check", "{:<10} {}  {}", v1::PlanCheckRun::Type_Name(check.type()), check.target(),
        done ? v1::PlanCheckRun::Verdict_Name(check.verdict()) : v1::PlanCheckRun::State_Name(check.state()));
    if (!check.error().empty()) Say("", "{}", check.error());
    for (const auto& result : check.results()) {
      if (result.verdict() == v1::PlanCheckRun::SUCCESS) continue;
      Say("", "{} {} at {}:{}: {}", v1::PlanCheckRun::Verdict_Name(result.verdict()), result.code(),
          result.position().line(), result.position().column(), result.content());
    }
    return done && check.verdict() != v1::PlanCheckRun::ERROR;
  }

  Status CreateIssue() {
    v1::CreateIssueRequest request;
    request.set_parent(Project());
    request.mutable_issue()->set_title(Title());
    request.mutable_issue()->set_plan(plan_.name());
    request.mutable_issue()->set_ticket(options_.ticket);
    ARGUS_ASSIGN(issue_, client_.Call<v1::Issue>(request));
    Say("issue", "{}", issue_.name());
    return Ok();
  }

  void ReportApproval(const v1::Approval& approval, std::string& said) {
    std::string line = v1::Approval::Status_Name(approval.status());
    if (approval.status() == v1::Approval::PENDING) {
      const auto& step = approval.template_().steps(approval.current_step());
      line += fmt::format(", waiting for {}", fmt::join(step.approvers(), " or "));
    }
    for (const auto& decision : approval.decisions())
      line += fmt::format("  [{} by {}]", decision.approved() ? "approved" : "rejected", decision.approver());
    if (!approval.error().empty()) line += ": " + approval.error();
    if (line != said) Say("approval", "{}", line);
    said = line;
  }

  Result<bool> AwaitApproval() {
    std::string said;
    return Poll<bool>([&]() -> Result<std::optional<bool>> {
      v1::GetIssueRequest request;
      request.set_name(issue_.name());
      ARGUS_ASSIGN(issue_, client_.Call<v1::Issue>(request));
      ReportApproval(issue_.approval(), said);
      const auto status = issue_.approval().status();
      if (status == v1::Approval::APPROVED || status == v1::Approval::SKIPPED) return std::optional(true);
      if (status == v1::Approval::REJECTED || issue_.state() == v1::Issue::CANCELED) return std::optional(false);
      return std::optional<bool>();
    });
  }

  Status StartRollout() {
    v1::CreateRolloutRequest create;
    create.set_parent(Project());
    create.mutable_rollout()->set_plan(plan_.name());
    create.mutable_rollout()->set_title(Title());
    ARGUS_ASSIGN(rollout_, client_.Call<v1::Rollout>(create));
    Say("rollout", "{}", rollout_.name());
    v1::StartRolloutRequest start;
    start.set_name(rollout_.name());
    ARGUS_ASSIGN(rollout_, client_.Call<v1::Rollout>(start));
    return Ok();
  }

  Status ReportTask(const v1::Task& task) {
    auto& said = task_states_[task.name()];
    if (said == task.state()) return Ok();
    said = task.state();
    if (task.state() == v1::Task::NOT_STARTED || task.state() == v1::Task::PENDING) return Ok();
    Say("task", "{}  {}  {}", task.target(), v1::Task::State_Name(task.state()), task.latest_task_run());
    if (task.latest_task_run().empty() || task.state() == v1::Task::RUNNING) return Ok();
    v1::GetTaskRunRequest request;
    request.set_name(task.latest_task_run());
    ARGUS_ASSIGN(const auto run, client_.Call<v1::TaskRun>(request));
    if (run.state() == v1::TaskRun::DONE)
      Say("", "{} statement(s), {} row(s)", run.statements_done(), run.rows_affected());
    if (run.has_error()) {
      Say("", "{} at {}:{}: {}", run.error().reason(), run.error().position().line(), run.error().position().column(),
          run.error().message());
    }
    if (run.state() == v1::TaskRun::UNKNOWN) Say("", "{}", run.evidence());
    return Ok();
  }

  ApplyExit ExitOf() const {
    const bool unknown = std::any_of(task_states_.begin(), task_states_.end(),
                                     [](const auto& entry) { return entry.second == v1::Task::UNKNOWN; });
    if (unknown) return kOutcomeUnknown;
    return rollout_.state() == v1::Rollout::DONE ? kApplied : kRolloutFailed;
  }

  Result<ApplyExit> AwaitRollout() {
    return Poll<ApplyExit>([this]() -> Result<std::optional<ApplyExit>> {
      v1::GetRolloutRequest request;
      request.set_name(rollout_.name());
      ARGUS_ASSIGN(rollout_, client_.Call<v1::Rollout>(request));
      for (const auto& stage : rollout_.stages()) {
        for (const auto& task : stage.tasks()) ARGUS_RETURN_IF_ERROR(ReportTask(task));
      }
      if (!domain::IsFinal(rollout_.state()) && rollout_.state() != v1::Rollout::FAILED)
        return std::optional<ApplyExit>();
      Say("rollout", "{}", v1::Rollout::State_Name(rollout_.state()));
      return std::optional(ExitOf());
    });
  }

  ApiClient& client_;
  const ApplyOptions& options_;
  std::ostream& out_;
  const steady_clock::time_point deadline_;
  v1::Plan plan_;
  v1::Issue issue_;
  v1::Rollout rollout_;
  std::map<std::string, v1::Task::State> task_states_;
};

}  // namespace

ApplyExit Apply(ApiClient& client, const ApplyOptions& options, std::ostream& out, std::ostream& err) {
  const Result<ApplyExit> exit = Application(client, options, out).Run();
  if (exit.ok()) return *exit;
  fmt::print(err, "argus apply: {} [{}]\n", exit.error().message(), exit.error().reason().name);
  return exit.error().reason() == reasons::kDeadlineExceeded ? kTimedOut : kApplyError;
}

}  // namespace argus::cli
