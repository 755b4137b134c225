// The scope of a list that may show some projects only.
#pragma once

#include <string_view>

#include "store/list.h"
#include "store/project_store.h"

namespace argus::store {

// Adds `condition`, which names the parameter :visible, bound to the projects' ids; nothing where all are visible.
inline void AddVisible(ListScope& scope, std::string_view condition, const VisibleProjects& visible) {
  if (!visible) return;
  std::vector<db::Value> ids;
  for (const domain::ProjectName& project : *visible) ids.emplace_back(project.project);
  scope.Add(condition, {{"visible", std::move(ids)}});
}

}  // namespace argus::store
