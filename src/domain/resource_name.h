// Typed resource names (AIP-122). Parse refuses anything that ToString could not have made; the error names the form
// that was expected. Ids within a name are as they appear in it: database ids are percent-encoded there and decoded
// here.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::domain {

struct UserName {
  std::string login_id;
  static Result<UserName> Parse(std::string_view name);
  std::string ToString() const { return "users/" + login_id; }
  auto operator<=>(const UserName&) const = default;
};

struct GroupName {
  std::string group;
  static Result<GroupName> Parse(std::string_view name);
  std::string ToString() const { return "groups/" + group; }
  auto operator<=>(const GroupName&) const = default;
};

struct RoleName {
  std::string role;
  static Result<RoleName> Parse(std::string_view name);
  std::string ToString() const { return "roles/" + role; }
  auto operator<=>(const RoleName&) const = default;
};

struct EnvironmentName {
  std::string environment;
  static Result<EnvironmentName> Parse(std::string_view name);
  std::string ToString() const { return "environments/" + environment; }
  auto operator<=>(const EnvironmentName&) const = default;
};

struct ProjectName {
  std::string project;
  static Result<ProjectName> Parse(std::string_view name);
  std::string ToString() const { return "projects/" + project; }
  auto operator<=>(const ProjectName&) const = default;
};

struct SettingName {
  std::string setting;  // "ENVIRONMENT"
  static Result<SettingName> Parse(std::string_view name);
  std::string ToString() const { return "settings/" + setting; }
  auto operator<=>(const SettingName&) const = default;
};

struct InstanceName {
  std::string instance;
  static Result<InstanceName> Parse(std::string_view name);
  std::string ToString() const { return "instances/" + instance; }
  auto operator<=>(const InstanceName&) const = default;
};

struct DatabaseName {
  std::string instance;
  std::string database;  // as the server spells it
  static Result<DatabaseName> Parse(std::string_view name);
  std::string ToString() const;
  InstanceName Instance() const { return {instance}; }
  auto operator<=>(const DatabaseName&) const = default;
};

struct SheetName {
  std::string project;
  std::string sha256;  // 64 lower-case hex digits
  static Result<SheetName> Parse(std::string_view name);
  std::string ToString() const { return "projects/" + project + "/sheets/" + sha256; }
  ProjectName Project() const { return {project}; }
  auto operator<=>(const SheetName&) const = default;
};

struct PlanName {
  std::string project;
  std::int64_t plan = 0;
  static Result<PlanName> Parse(std::string_view name);
  std::string ToString() const;
  ProjectName Project() const { return {project}; }
  auto operator<=>(const PlanName&) const = default;
};

struct PlanCheckRunName {
  std::string project;
  std::int64_t plan = 0;
  std::int64_t run = 0;
  static Result<PlanCheckRunName> Parse(std::string_view name);
  std::string ToString() const;
  PlanName Plan() const { return {project, plan}; }
  auto operator<=>(const PlanCheckRunName&) const = default;
};

struct IssueName {
  std::string project;
  std::int64_t issue = 0;
  static Result<IssueName> Parse(std::string_view name);
  std::string ToString() const;
  ProjectName Project() const { return {project}; }
  auto operator<=>(const IssueName&) const = default;
};

struct RolloutName {
  std::string project;
  std::int64_t rollout = 0;
  static Result<RolloutName> Parse(std::string_view name);
  std::string ToString() const;
  ProjectName Project() const { return {project}; }
  auto operator<=>(const RolloutName&) const = default;
};

struct TaskName {
  std::string project;
  std::int64_t rollout = 0;
  std::int64_t task = 0;
  static Result<TaskName> Parse(std::string_view name);
  std::string ToString() const;
  RolloutName Rollout() const { return {project, rollout}; }
  auto operator<=>(const TaskName&) const = default;
};

struct TaskRunName {
  std::string project;
  std::int64_t rollout = 0;
  std::int64_t task = 0;
  std::int64_t run = 0;
  static Result<TaskRunName> Parse(std::string_view name);
  std::string ToString() const;
  TaskName Task() const { return {project, rollout, task}; }
  auto operator<=>(const TaskRunName&) const = default;
};

struct RevisionName {
  std::string instance;
  std::string database;
  std::int64_t revision = 0;
  static Result<RevisionName> Parse(std::string_view name);
  std::string ToString() const;
  DatabaseName Database() const { return {instance, database}; }
  auto operator<=>(const RevisionName&) const = default;
};

struct ChangelogName {
  std::string instance;
  std::string database;
  std::int64_t changelog = 0;
  static Result<ChangelogName> Parse(std::string_view name);
  std::string ToString() const;
  DatabaseName Database() const { return {instance, database}; }
  auto operator<=>(const ChangelogName&) const = default;
};

// The id of a new resource that a caller chooses: 1–63 of a–z, 0–9, '-', starting with a letter (AIP-122).
// `field` is named in the error.
Status CheckResourceId(std::string_view id, std::string_view field);
// A login id may also hold '.', '_' and start with a digit.
Status CheckLoginId(std::string_view id, std::string_view field);

// "issue" for "projects/play/issues/42", "taskRun" for a task run: the audit log's resource_type. Empty for "".
std::string ResourceType(std::string_view name);

}  // namespace argus::domain
