#include "api/register.h"

#include "api/access.h"
#include "api/audit_log_service.h"
#include "api/auth_service.h"
#include "api/change_hub.h"
#include "api/correlation_service.h"
#include "api/database_service.h"
#include "api/group_service.h"
#include "api/instance_service.h"
#include "api/issue_service.h"
#include "api/pipeline.h"
#include "api/plan_check_run_service.h"
#include "api/plan_service.h"
#include "api/project_service.h"
#include "api/revision_service.h"
#include "api/role_service.h"
#include "api/rollout_service.h"
#include "api/setting_service.h"
#include "api/sheet_service.h"
#include "api/user_service.h"
#include "api/validator.h"
#include "api/workspace_service.h"
#include "contract/services.h"
#include "domain/reasons.h"

namespace argus::api {
namespace {

// In the order of contract::Services().
class Services final : public Api {
 public:
  explicit Services(const Deps& deps)
      : hub_(deps.metastore.notifier()),
        actuator_(deps.metastore, deps.logger, deps.facts),
        auth_(deps.commands.auth),
        users_(deps.metastore, deps.commands.users),
        roles_(deps.metastore, deps.commands.roles),
        groups_(deps.metastore, deps.commands.groups),
        workspace_(deps.metastore, deps.commands.policies),
        projects_(deps.metastore, deps.commands.projects, deps.commands.policies),
        settings_(deps.metastore, deps.commands.settings),
        instances_(deps.metastore, deps.commands.instances),
        databases_(deps.metastore, deps.commands.databases),
        sheets_(deps.metastore, deps.commands.sheets),
        plans_(deps.metastore, deps.commands.plans),
        plan_check_runs_(deps.metastore, deps.commands.plan_checks),
        issues_(deps.metastore, deps.commands.issues),
        rollouts_(deps.metastore, deps.commands.rollouts, deps.commands.tasks, deps.commands.task_runs, hub_),
        revisions_(deps.metastore),
        audit_logs_(deps.commands.audit_logs),
        correlations_(deps.metastore) {}

  void Register(rpc::Dispatcher& dispatcher) {
    const auto each = [&](auto&... service) { (service.Register(dispatcher), ...); };
    each(actuator_, auth_, users_, roles_, groups_, workspace_, projects_, settings_, instances_, databases_, sheets_,
         plans_, plan_check_runs_, issues_, rollouts_, revisions_, audit_logs_, correlations_);
  }

  const Validator& validator() const { return validator_; }

 private:
  const Validator validator_;
  ChangeHub hub_;
  ActuatorService actuator_;
  AuthService auth_;
  UserService users_;
  RoleService roles_;
  GroupService groups_;
  WorkspaceService workspace_;
  ProjectService projects_;
  SettingService settings_;
  InstanceService instances_;
  DatabaseService databases_;
  SheetService sheets_;
  PlanService plans_;
  PlanCheckRunService plan_check_runs_;
  IssueService issues_;
  RolloutService rollouts_;
  RevisionService revisions_;
  AuditLogService audit_logs_;
  CorrelationService correlations_;
};

// Methods that are declared but not built yet.
void RefuseUnbuilt(rpc::Dispatcher& dispatcher) {
  for (const auto* service : contract::Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& why = contract::PolicyOf(*service->method(i)).unimplemented();
      if (!why.empty()) dispatcher.AddRefused(service->method(i)->full_name(), reasons::kNotBuiltYet, why);
    }
  }
}

}  // namespace

Result<std::unique_ptr<Api>> RegisterAll(rpc::Dispatcher& dispatcher, const Deps& deps) {
  auto services = std::make_unique<Services>(deps);
  services->Register(dispatcher);
  RefuseUnbuilt(dispatcher);
  dispatcher.SetInterceptors(BuildPipeline({deps.clock, deps.metrics, deps.logger, deps.readiness, deps.metastore,
                                            deps.commands.auth, services->validator(), deps.tracer}));
  ARGUS_RETURN_IF_ERROR(CheckDeclarations());
  ARGUS_RETURN_IF_ERROR(dispatcher.Check());
  return std::unique_ptr<Api>(std::move(services));
}

}  // namespace argus::api
