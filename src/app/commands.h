// Every way to write, built once.
#pragma once

#include "api/register.h"
#include "auth/password.h"
#include "auth/throttle.h"
#include "command/schema_sync.h"
#include "command/targets.h"
#include "command/task_run_command.h"
#include "platform/secret/keyring.h"
#include "store/metastore.h"

namespace argus::app {

// The references must outlive it.
class AllCommands {
 public:
  AllCommands(store::Metastore& metastore, const secret::Keyring& keyring, const command::Targets& targets,
              const command::SchemaSync& sync, auth::PasswordHasher& hasher, command::ChangeMetrics& changes)
      : audit_logs(metastore),
        auth(metastore, hasher, throttle_),
        databases(metastore, sync),
        groups(metastore),
        instances(metastore, keyring, targets, sync),
        issues(metastore, changes),
        plan_checks(metastore, changes),
        plans(metastore, changes),
        policies(metastore),
        projects(metastore),
        roles(metastore),
        rollouts(metastore, changes),
        settings(metastore),
        sheets(metastore),
        tasks(metastore, changes),
        task_runs(metastore, changes),
        users(metastore, hasher, throttle_) {}

  api::Commands ForApi() {
    return {audit_logs, auth,  databases, groups,   instances, issues, plan_checks, plans, policies,
            projects,   roles, rollouts,  settings, sheets,    tasks,  task_runs,   users};
  }

 private:
  auth::LoginThrottle throttle_;

 public:
  command::AuditLogCommands audit_logs;
  command::AuthCommands auth;
  command::DatabaseCommands databases;
  command::GroupCommands groups;
  command::InstanceCommands instances;
  command::IssueCommands issues;
  command::PlanCheckCommands plan_checks;
  command::PlanCommands plans;
  command::PolicyCommands policies;
  command::ProjectCommands projects;
  command::RoleCommands roles;
  command::RolloutCommands rollouts;
  command::SettingCommands settings;
  command::SheetCommands sheets;
  command::TaskCommands tasks;
  command::TaskRunCommands task_runs;
  command::UserCommands users;
};

}  // namespace argus::app
