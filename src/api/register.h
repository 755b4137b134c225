// Builds every service of the contract on a dispatcher, behind the pipeline.
#pragma once

#include <memory>

#include "api/actuator_service.h"
#include "api/metrics.h"
#include "api/readiness.h"
#include "command/audit_log_command.h"
#include "command/auth_command.h"
#include "command/database_command.h"
#include "command/group_command.h"
#include "command/instance_command.h"
#include "command/issue_command.h"
#include "command/plan_check_command.h"
#include "command/plan_command.h"
#include "command/policy_command.h"
#include "command/project_command.h"
#include "command/role_command.h"
#include "command/rollout_command.h"
#include "command/setting_command.h"
#include "command/sheet_command.h"
#include "command/task_command.h"
#include "command/task_run_command.h"
#include "command/user_command.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/telemetry/log/logger.h"
#include "platform/telemetry/trace/tracer.h"
#include "store/metastore.h"

namespace argus::api {

struct Commands {
  command::AuditLogCommands& audit_logs;
  command::AuthCommands& auth;
  command::DatabaseCommands& databases;
  command::GroupCommands& groups;
  command::InstanceCommands& instances;
  command::IssueCommands& issues;
  command::PlanCheckCommands& plan_checks;
  command::PlanCommands& plans;
  command::PolicyCommands& policies;
  command::ProjectCommands& projects;
  command::RoleCommands& roles;
  command::RolloutCommands& rollouts;
  command::SettingCommands& settings;
  command::SheetCommands& sheets;
  command::TaskCommands& tasks;
  command::TaskRunCommands& task_runs;
  command::UserCommands& users;
};

// All references must outlive the Api.
struct Deps {
  const Clock& clock;
  log::Logger& logger;
  HttpMetrics& metrics;
  const Readiness& readiness;
  store::Metastore& metastore;
  Commands commands;
  ServerFacts facts;
  const trace::Tracer& tracer = trace::Off();
};

// The services and what they share. Must outlive the dispatcher's last call and its last stream, so the servers stop
// first.
class Api {
 public:
  virtual ~Api() = default;
};

// Registers all services, sets the interceptors and checks the whole: INTERNAL, naming every method that lacks a
// handler or a declaration, and then nothing may be served. Services that are not of the contract (gRPC health,
// reflection) may be added to `dispatcher` before or after.
Result<std::unique_ptr<Api>> RegisterAll(rpc::Dispatcher& dispatcher, const Deps& deps);

}  // namespace argus::api
