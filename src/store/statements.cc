#include "store/statements.h"

namespace argus::store {

Statements AllStatements() {
  Statements all;
  for (const auto& statements :
       {AbandonedLeaseStatements, CorrelationStatements, DatabaseStatements,     FreezeViolationStatements, GaugeStatements,
        GroupStatements,          IamPolicyStatements,
        InstanceStatements,       IssueStatements,        LeaseStatements,       MetastoreStatements,
        OutboxStatements,         PlanCheckRunStatements, PlanStatements,        ProjectStatements,
        RequestIdStatements,      RevisionStatements,     RoleStatements,        RolloutStatements,
        SessionStatements,        SettingStatements,      SheetStatements,       TaskRunClaimStatements,
        TaskRunStatements,        TaskStatements,         TransactionStatements, UserStatements}) {
    const Statements some = statements();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace argus::store
