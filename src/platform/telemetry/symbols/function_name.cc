#include "platform/telemetry/symbols/function_name.h"

#include <algorithm>
#include <initializer_list>

namespace argus::symbols {
namespace {

constexpr std::string_view kAnonymous = "(anonymous namespace)";  // demanglers
constexpr std::string_view kAnonymousGcc = "{anonymous}";         // __PRETTY_FUNCTION__

// Reads a declaration once from left to right; what is kept grows in `out_`.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::string Read() {
    while (!rest_.empty() && Step()) {
    }
    return out_;
  }

 private:
  // False at what can only stand behind a name.
  bool Step() {
    if (rest_.starts_with(kAnonymous)) return Keep(kAnonymous.size());
    if (rest_.starts_with(kAnonymousGcc)) return Keep(kAnonymousGcc.size());
    if (rest_.starts_with("operator") && AtWordStart()) return KeepOperator();
    if (rest_.starts_with("<lambda")) out_.append("{lambda}");
    switch (rest_.front()) {
      case '(': return has_parameters_ = Skip('(', ')');
      case '<': return Skip('<', '>');
      case '[': return Skip('[', ']');
      case ' ': return PassSpace();
      default: return Keep(1);
    }
  }

  bool AtWordStart() const { return out_.empty() || out_.back() == ':'; }

  bool Keep(std::size_t count) {
    out_ += rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }

  // "operator()", "operator<<", "operator bool"
  bool KeepOperator() {
    Keep(std::string_view("operator").size());
    if (rest_.starts_with("()") || rest_.starts_with("[]")) return Keep(2);
    if (rest_.starts_with(" ")) return Keep(std::min(rest_.find('('), rest_.size()));
    Keep(SymbolSize(rest_));
    if (rest_.starts_with(" <")) rest_.remove_prefix(1);
    return true;
  }

  // Of the operator at the beginning of `text`; the longest one counts.
  static std::size_t SymbolSize(std::string_view text) {
    for (const std::string_view symbol : {"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "==", "!=", "+=", "-=", "*=",
                                          "/=", "%=", "^=", "&=", "|=", "&&", "||", "++", "--", "->"}) {
      if (text.starts_with(symbol)) return symbol.size();
    }
    return text.find_first_of("<>=!+-*/%^&|~,") == 0 ? 1 : 0;
  }

  bool Skip(char open, char close) {
    int depth = 0;
    std::size_t at = 0;
    for (; at < rest_.size(); ++at) {
      if (rest_[at] == open) ++depth;
      if (rest_[at] == close && --depth == 0) break;
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return true;
  }

  // What came before a space was a return type, unless a qualifier follows the parameters.
  bool PassSpace() {
    for (const std::string_view end : {" const", " volatile", " &", " noexcept", " [with", " [clone"}) {
      if (has_parameters_ && rest_.starts_with(end)) return false;
    }
    out_.clear();
    has_parameters_ = false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  std::string out_;
  bool has_parameters_ = false;
};

}  // namespace

std::string QualifiedName(std::string_view pretty) {
  std::string name = Reader(pretty).Read();
  return name.empty() ? std::string(pretty) : name;
}

std::string DottedName(std::string_view pretty) {
  const std::string name = QualifiedName(pretty);
  std::string_view rest = name;
  std::string dotted;
  while (!rest.empty()) {
    const auto end = std::min(rest.find("::"), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    if (part == kAnonymous || part == kAnonymousGcc || (part == "argus" && dotted.empty() && !rest.empty())) continue;
    if (!dotted.empty()) dotted += '.';
    dotted += part;
  }
  return dotted;
}

}  // namespace argus::symbols
