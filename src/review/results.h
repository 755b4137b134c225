// The results of a check, as the plan shows them.
#pragma once

#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "platform/lang/sql/position.h"

namespace argus::review {

// Collects the findings of one check. Keeps a bounded number; what is beyond is counted.
class Results {
 public:
  // `content` may be any bytes of any length; it is cut and made UTF-8.
  void Add(v1::PlanCheckRun::Verdict verdict, std::string_view code, std::string_view title, std::string_view content,
           sql::Position position);
  // One SUCCESS with `title` when nothing was added.
  std::vector<v1::PlanCheckRun::Result> Finish(std::string_view title) &&;

 private:
  std::vector<v1::PlanCheckRun::Result> results_;
  std::size_t omitted_ = 0;
  v1::PlanCheckRun::Verdict worst_omitted_ = v1::PlanCheckRun::SUCCESS;
};

}  // namespace argus::review
