#include "review/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "platform/base/encoding.h"

namespace argus::review {
namespace {

constexpr std::size_t kMaxResults = 200;
constexpr std::size_t kMaxContentBytes = 1'000;

std::string Text(std::string_view bytes) {
  if (bytes.size() <= kMaxContentBytes) return ReplaceInvalidUtf8(bytes);
  std::size_t size = kMaxContentBytes;
  while (size > 0 && (static_cast<unsigned char>(bytes[size]) & 0xc0) == 0x80) --size;
  return ReplaceInvalidUtf8(bytes.substr(0, size)) + "…";
}

v1::PlanCheckRun::Result NewResult(v1::PlanCheckRun::Verdict verdict, std::string_view code, std::string_view title,
                                   std::string_view content) {
  v1::PlanCheckRun::Result result;
  result.set_verdict(verdict);
  result.set_code(std::string(code));
  result.set_title(std::string(title));
  result.set_content(Text(content));
  return result;
}

}  // namespace

void Results::Add(v1::PlanCheckRun::Verdict verdict, std::string_view code, std::string_view title,
                  std::string_view content, sql::Position position) {
  if (results_.size() == kMaxResults) {
    ++omitted_;
    worst_omitted_ = std::max(worst_omitted_, verdict);
    return;
  }
  auto& result = results_.emplace_back(NewResult(verdict, code, title, content));
  result.mutable_position()->set_line(static_cast<int>(position.line));
  result.mutable_position()->set_column(static_cast<int>(position.column));
}

std::vector<v1::PlanCheckRun::Result> Results::Finish(std::string_view title) && {
  if (results_.empty()) results_.push_back(NewResult(v1::PlanCheckRun::SUCCESS, "OK", title, ""));
  if (omitted_ > 0) {
    results_.push_back(NewResult(worst_omitted_, "MORE_FINDINGS", "There is more",
                                 fmt::format("{} more findings are not listed.", omitted_)));
  }
  return std::move(results_);
}

}  // namespace argus::review
