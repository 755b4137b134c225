#include "domain/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "domain/reasons.h"

namespace argus::domain {
namespace {

v1::Task NewTask(const v1::PlanSpec& spec, const std::string& target, const std::string& environment) {
  v1::Task task;
  task.set_spec_id(spec.id());
  task.set_sheet(spec.sheet());
  task.set_target(target);
  task.set_environment(environment);
  task.set_state(v1::Task::NOT_STARTED);
  return task;
}

Error NotInProject(const std::string& target, std::string_view project) {
  return Error(Code::kFailedPrecondition, reasons::kDatabaseNotInProject,
               fmt::format("{} does not belong to {}; transfer it first.", target, project))
      .WithMetadata("database", target);
}

Error WithoutEnvironment(const std::string& target) {
  return Error(Code::kFailedPrecondition, reasons::kDatabaseWithoutEnvironment,
               fmt::format("{} belongs to no environment of setting ENVIRONMENT; set one on its instance.", target))
      .WithMetadata("database", target);
}

template <typename Predicate>
bool AnyTask(const v1::Rollout& rollout, Predicate predicate) {
  return std::any_of(rollout.stages().begin(), rollout.stages().end(), [&](const v1::Stage& stage) {
    return std::any_of(stage.tasks().begin(), stage.tasks().end(), predicate);
  });
}

}  // namespace

Result<std::vector<v1::Stage>> BuildStages(const v1::Plan& plan, std::string_view project,
                                           std::span<const v1::Database> databases,
                                           const v1::EnvironmentSetting& environments) {
  std::unordered_map<std::string, const v1::Database*> by_name;
  for (const auto& database : databases) by_name.emplace(database.name(), &database);
  std::unordered_map<std::string, std::size_t> position;
  std::vector<v1::Stage> stages(environments.environments_size());
  for (int i = 0; i < environments.environments_size(); ++i) {
    stages[i].set_environment("environments/" + environments.environments(i).id());
    position.emplace(stages[i].environment(), i);
  }
  for (const auto& spec : plan.specs()) {
    for (const auto& target : spec.targets()) {
      const auto database = by_name.find(target);
      if (database == by_name.end() || database->second->project() != project) return NotInProject(target, project);
      const auto stage = position.find(database->second->environment());
      if (stage == position.end()) return WithoutEnvironment(target);
      *stages[stage->second].add_tasks() = NewTask(spec, target, stage->first);
    }
  }
  std::erase_if(stages, [](const v1::Stage& stage) { return stage.tasks().empty(); });
  return stages;
}

v1::Rollout::State SettledState(const v1::Rollout& rollout) {
  const auto in = [](std::initializer_list<v1::Task::State> states) {
    return [states](const v1::Task& task) {
      return std::find(states.begin(), states.end(), task.state()) != states.end();
    };
  };
  if (!AnyTask(rollout, [](const v1::Task& task) { return !IsComplete(task); })) return v1::Rollout::DONE;
  if (rollout.state() == v1::Rollout::CANCELED) return rollout.state();
  const bool busy = AnyTask(rollout, in({v1::Task::PENDING, v1::Task::RUNNING}));
  const bool broken = AnyTask(rollout, in({v1::Task::FAILED, v1::Task::CANCELED, v1::Task::UNKNOWN}));
  return broken && !busy ? v1::Rollout::FAILED : rollout.state();
}

bool IsComplete(const v1::Task& task) { return task.state() == v1::Task::DONE || task.state() == v1::Task::SKIPPED; }

const v1::Stage* CurrentStage(const v1::Rollout& rollout) {
  for (const auto& stage : rollout.stages()) {
    if (!std::all_of(stage.tasks().begin(), stage.tasks().end(), IsComplete)) return &stage;
  }
  return nullptr;
}

const v1::Task* UnfinishedPredecessor(const v1::Rollout& rollout, const v1::Task& task) {
  for (const auto& stage : rollout.stages()) {
    if (stage.environment() != task.environment()) continue;
    for (const auto& other : stage.tasks()) {
      if (other.name() == task.name()) return nullptr;
      if (other.target() == task.target() && !IsComplete(other)) return &other;
    }
  }
  return nullptr;
}

std::vector<const v1::Task*> NextTasks(const v1::Rollout& rollout) {
  std::vector<const v1::Task*> next;
  std::unordered_set<std::string_view> taken;  // databases whose first open task was seen
  if (const v1::Stage* stage = CurrentStage(rollout); stage != nullptr) {
    for (const auto& task : stage->tasks()) {
      if (IsComplete(task) || !taken.insert(task.target()).second) continue;
      if (task.state() == v1::Task::NOT_STARTED) next.push_back(&task);
    }
  }
  return next;
}

}  // namespace argus::domain
