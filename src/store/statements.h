// Every fixed SQL text of the store, for the test that prepares each of them on both databases. The texts of lists are
// composed at run time (list.h).
#pragma once

#include <vector>

#include "platform/db/database.h"

namespace argus::store {

using Statements = std::vector<db::Statement>;

Statements AllStatements();

// Each stands in the .cc of its noun.
Statements AbandonedLeaseStatements();
Statements CorrelationStatements();
Statements DatabaseStatements();
Statements FreezeViolationStatements();
Statements GaugeStatements();
Statements GroupStatements();
Statements IamPolicyStatements();
Statements InstanceStatements();
Statements IssueStatements();
Statements LeaseStatements();
Statements MetastoreStatements();
Statements OutboxStatements();
Statements PlanCheckRunStatements();
Statements PlanStatements();
Statements ProjectStatements();
Statements RequestIdStatements();
Statements RevisionStatements();
Statements RoleStatements();
Statements RolloutStatements();
Statements SessionStatements();
Statements SettingStatements();
Statements SheetStatements();
Statements TaskRunClaimStatements();
Statements TaskRunStatements();
Statements TaskStatements();
Statements TransactionStatements();
Statements UserStatements();

}  // namespace argus::store
