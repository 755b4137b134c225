#include "target/run_result.h"

#include <charconv>

#include "platform/base/encoding.h"

namespace argus::target {
namespace {

int ToInt(std::string_view digits) {
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

v1::TaskRunError RunError(const Reason& reason, std::string_view message) {
  v1::TaskRunError error;
  error.set_reason(std::string(reason.name));
  error.set_message(ReplaceInvalidUtf8(message));
  return error;
}

v1::TaskRunError RunError(const Error& error) {
  auto run_error = RunError(error.reason(), error.message());
  for (const auto& [key, value] : error.metadata()) {
    if (key == "statement") run_error.set_statement(ToInt(value));
    if (key == "line") run_error.mutable_position()->set_line(ToInt(value));
    if (key == "column") run_error.mutable_position()->set_column(ToInt(value));
  }
  return run_error;
}

v1::TaskRunError At(v1::TaskRunError error, std::size_t index, sql::Position position) {
  error.set_statement(static_cast<int>(index) + 1);
  error.mutable_position()->set_line(static_cast<int>(position.line));
  error.mutable_position()->set_column(static_cast<int>(position.column));
  return error;
}

RunResult NotApplied(v1::TaskRunError error) {
  RunResult result;
  result.outcome = Outcome::kNotApplied;
  result.error = std::move(error);
  return result;
}

RunResult AlreadyApplied(Marker by) {
  RunResult result;
  result.outcome = Outcome::kAlreadyApplied;
  result.applied_by = std::move(by);
  return result;
}

}  // namespace argus::target
