// Issues and what people say on them. `rollout` follows from the rollout table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/page.h"
#include "store/project_store.h"
#include "store/transaction.h"

namespace argus::store {

// `issue.plan` must name a plan of the project. Gives the issue its name, times and etag.
Result<v1::Issue> InsertIssue(Transaction& tx, const domain::ProjectName& parent, v1::Issue issue);
// NOT_FOUND, also when the id belongs to another project.
Result<v1::Issue> GetIssue(Reader& reader, const domain::IssueName& name);
// The plan's newest issue.
Result<std::optional<v1::Issue>> FindIssueOfPlan(Reader& reader, const domain::PlanName& plan);
// Newest first. Filter and order: title, state, creator, approval_status, ticket, create_time; filter: plan.
Result<Page<v1::Issue>> ListIssues(Reader& reader, const VisibleProjects& projects, const ListQuery& query);
// Title, description, ticket, state, approval; the etag is the version that it replaces (Guard::kVersion).
Result<v1::Issue> UpdateIssue(Transaction& tx, v1::Issue issue);

Result<v1::IssueComment> InsertIssueComment(Transaction& tx, const domain::IssueName& issue, v1::IssueComment comment);
// Oldest first.
Result<Page<v1::IssueComment>> ListIssueComments(Reader& reader, const domain::IssueName& issue,
                                                 const ListQuery& query);

}  // namespace argus::store
