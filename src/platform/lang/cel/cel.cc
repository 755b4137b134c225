#include "platform/lang/cel/cel.h"

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/lang/cel/checker.h"
#include "platform/lang/cel/evaluator.h"
#include "platform/lang/cel/parser.h"

namespace argus::cel {
namespace {

constexpr std::size_t kMaxBytes = 4096;

Status CheckText(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return Error(Code::kInvalidArgument, reasons::kInvalidExpression, "an expression has at most 4096 bytes");
  }
  if (!IsValidUtf8(text)) {
    return Error(Code::kInvalidArgument, reasons::kInvalidExpression, "the expression is not valid UTF-8");
  }
  return Ok();
}

}  // namespace

Result<Program> Compile(std::string_view text, const Declarations& declarations) {
  ARGUS_RETURN_IF_ERROR(CheckText(text));
  ARGUS_ASSIGN(NodePtr root, Parse(text));
  ARGUS_RETURN_IF_ERROR(Check(text, declarations, *root));
  return Program(std::move(root));
}

Result<bool> Program::Evaluate(const Bindings& bindings) const { return EvaluateChecked(*root_, bindings); }

}  // namespace argus::cel
