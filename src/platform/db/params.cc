#include "platform/db/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>

#include "platform/base/encoding.h"
#include "platform/db/errors.h"

namespace argus::db {
namespace {

bool IsNameStart(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsNamePart(char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); }

std::size_t After(std::string_view sql, std::string_view end, std::size_t from) {
  const std::size_t at = sql.find(end, from);
  return at == std::string_view::npos ? sql.size() : at + end.size();
}

std::size_t NameEnd(std::string_view sql, std::size_t from) {
  while (from < sql.size() && IsNamePart(sql[from])) ++from;
  return from;
}

// The end of the token that starts at `at`, as far as parameters care. A doubled quote reads as two strings in a row.
std::size_t TokenEnd(std::string_view sql, std::size_t at) {
  const std::string_view rest = sql.substr(at);
  if (rest[0] == '\'' || rest[0] == '"') return After(sql, rest.substr(0, 1), at + 1);
  if (rest.starts_with("--")) return After(sql, "\n", at);
  if (rest.starts_with("/*")) return After(sql, "*/", at + 2);
  if (rest.starts_with("::")) return at + 2;
  if (rest[0] == ':' && rest.size() > 1 && IsNameStart(rest[1])) return NameEnd(sql, at + 1);
  return at + 1;
}

bool IsParameter(std::string_view token) { return token.size() > 1 && token[0] == ':' && IsNameStart(token[1]); }

// Copies `sql` to the result, each parameter replaced by what `place` returns for its name.
Result<std::string> Substitute(std::string_view sql,
                               const std::function<Result<std::string>(std::string_view name)>& place) {
  std::string text;
  text.reserve(sql.size());
  for (std::size_t at = 0, end = 0; at < sql.size(); at = end) {
    end = TokenEnd(sql, at);
    const std::string_view token = sql.substr(at, end - at);
    if (!IsParameter(token)) {
      text += token;
      continue;
    }
    ARGUS_ASSIGN(const std::string placeholders, place(token.substr(1)));
    text += placeholders;
  }
  return text;
}

bool IsStorable(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return !text || (text->find('\0') == std::string::npos && IsValidUtf8(*text));
}

class Binder {
 public:
  Binder(Dialect dialect, Params& params) : mark_(dialect == Dialect::kPostgres ? '$' : '?'), params_(params) {}

  Result<std::string> Place(std::string_view name) {
    auto placed = std::find_if(placed_.begin(), placed_.end(), [&](const Placed& p) { return p.name == name; });
    if (placed != placed_.end()) return Placeholders(*placed);
    auto param = std::find_if(params_.begin(), params_.end(), [&](const Param& p) { return p.name == name; });
    if (param == params_.end()) return StatementRefused(fmt::format("parameter :{} is not bound", name));
    const std::size_t first = values_.size() + 1;
    ARGUS_RETURN_IF_ERROR(Take(*param));
    placed_.push_back({name, first, values_.size()});
    return Placeholders(placed_.back());
  }

  std::vector<Value> TakeValues() && { return std::move(values_); }

 private:
  struct Placed {
    std::string_view name;
    std::size_t first;
    std::size_t last;
  };

  Status Take(Param& param) {
    if (auto* scalar = std::get_if<Value>(&param.value)) return Append(param.name, std::move(*scalar));
    auto& list = std::get<std::vector<Value>>(param.value);
    if (list.size() > kMaxListValues) {
      return StatementRefused(fmt::format("list :{} holds {} values", param.name, list.size()));
    }
    list.resize(std::bit_ceil(list.size()), list.empty() ? Value{} : list.back());
    for (Value& value : list) ARGUS_RETURN_IF_ERROR(Append(param.name, std::move(value)));
    return Ok();
  }

  Status Append(std::string_view name, Value value) {
    if (!IsStorable(value)) return InvalidText(std::string(name));
    values_.push_back(std::move(value));
    return Ok();
  }

  std::string Placeholders(const Placed& placed) const {
    std::string text = fmt::format("{}{}", mark_, placed.first);
    for (std::size_t n = placed.first + 1; n <= placed.last; ++n) text += fmt::format(",{}{}", mark_, n);
    return text;
  }

  const char mark_;
  Params& params_;
  std::vector<Value> values_;
  std::vector<Placed> placed_;
};

}  // namespace

Result<BoundSql> Bind(Dialect dialect, std::string_view sql, Params params) {
  Binder binder(dialect, params);
  ARGUS_ASSIGN(std::string text, Substitute(sql, [&](std::string_view name) { return binder.Place(name); }));
  return BoundSql{std::move(text), std::move(binder).TakeValues()};
}

std::string Render(Dialect dialect, std::string_view sql) {
  std::vector<std::string_view> names;
  auto place = [&](std::string_view name) -> Result<std::string> {
    auto seen = std::find(names.begin(), names.end(), name);
    if (seen == names.end()) seen = names.insert(names.end(), name);
    return fmt::format("{}{}", dialect == Dialect::kPostgres ? '$' : '?', seen - names.begin() + 1);
  };
  return Substitute(sql, place).value();
}

}  // namespace argus::db
