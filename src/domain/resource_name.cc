#include "domain/resource_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "domain/reasons.h"
#include "platform/base/encoding.h"

namespace argus::domain {
namespace {

constexpr std::size_t kMaxNameLength = 2048;

Error BadName(std::string_view name, std::string_view pattern) {
  return Error(
      Code::kInvalidArgument, reasons::kInvalidResourceName,
      fmt::format("'{}' is not a resource name of the form {}", ReplaceInvalidUtf8(name.substr(0, 128)), pattern));
}

std::vector<std::string_view> SplitSegments(std::string_view name) {
  std::vector<std::string_view> segments;
  for (;;) {
    const std::size_t slash = name.find('/');
    segments.push_back(name.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    name.remove_prefix(slash + 1);
  }
}

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '%' || c == '~';
}

// The variable segments of `name` under `pattern` ("projects/{project}/plans/{plan}"), each a non-empty id.
Result<std::vector<std::string>> Match(std::string_view name, std::string_view pattern) {
  if (name.size() > kMaxNameLength) return BadName(name, pattern);
  const auto want = SplitSegments(pattern);
  const auto have = SplitSegments(name);
  if (want.size() != have.size()) return BadName(name, pattern);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (want[i].front() != '{') {
      if (want[i] != have[i]) return BadName(name, pattern);
    } else if (have[i].empty() || !std::all_of(have[i].begin(), have[i].end(), IsIdCharacter)) {
      return BadName(name, pattern);
    } else {
      ids.emplace_back(have[i]);
    }
  }
  return ids;
}

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool canonical = error == std::errc() && end == text.data() + text.size() && number > 0 && text.front() != '0';
  return canonical ? std::optional(number) : std::nullopt;
}

// Matches a pattern of `leading` text ids followed by numbers only.
struct Numbered {
  std::vector<std::string> ids;
  std::vector<std::int64_t> numbers;
};
Result<Numbered> MatchNumbered(std::string_view name, std::string_view pattern, std::size_t leading) {
  ARGUS_ASSIGN(auto ids, Match(name, pattern));
  Numbered out;
  for (std::size_t i = leading; i < ids.size(); ++i) {
    const auto number = ParseNumber(ids[i]);
    if (!number) return BadName(name, pattern);
    out.numbers.push_back(*number);
  }
  ids.resize(leading);
  out.ids = std::move(ids);
  return out;
}

// The single id of a one-variable name.
template <typename Name>
Result<Name> ParseSimple(std::string_view name, std::string_view pattern) {
  ARGUS_ASSIGN(auto ids, Match(name, pattern));
  return Name{std::move(ids[0])};
}

Result<std::string> DecodeDatabase(std::string_view id, std::string_view name, std::string_view pattern) {
  auto database = PercentDecode(id);
  if (!database || PercentEncode(*database) != id || !IsValidUtf8(*database)) return BadName(name, pattern);
  return *std::move(database);
}

Error BadId(std::string_view field, std::string_view rule) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, fmt::format("{}: {}", field, rule))
      .WithField(std::string(field), std::string(rule));
}

}  // namespace

Result<UserName> UserName::Parse(std::string_view name) { return ParseSimple<UserName>(name, "users/{user}"); }
Result<GroupName> GroupName::Parse(std::string_view name) { return ParseSimple<GroupName>(name, "groups/{group}"); }
Result<RoleName> RoleName::Parse(std::string_view name) { return ParseSimple<RoleName>(name, "roles/{role}"); }
Result<EnvironmentName> EnvironmentName::Parse(std::string_view name) {
  return ParseSimple<EnvironmentName>(name, "environments/{environment}");
}
Result<ProjectName> ProjectName::Parse(std::string_view name) {
  return ParseSimple<ProjectName>(name, "projects/{project}");
}
Result<SettingName> SettingName::Parse(std::string_view name) {
  return ParseSimple<SettingName>(name, "settings/{setting}");
}
Result<InstanceName> InstanceName::Parse(std::string_view name) {
  return ParseSimple<InstanceName>(name, "instances/{instance}");
}

Result<DatabaseName> DatabaseName::Parse(std::string_view name) {
  static constexpr std::string_view kPattern = "instances/{instance}/databases/{database}";
  ARGUS_ASSIGN(auto ids, Match(name, kPattern));
  ARGUS_ASSIGN(auto database, DecodeDatabase(ids[1], name, kPattern));
  return DatabaseName{std::move(ids[0]), std::move(database)};
}

std::string DatabaseName::ToString() const {
  return fmt::format("instances/{}/databases/{}", instance, PercentEncode(database));
}

Result<SheetName> SheetName::Parse(std::string_view name) {
  static constexpr std::string_view kPattern = "projects/{project}/sheets/{sha256}";
  ARGUS_ASSIGN(auto ids, Match(name, kPattern));
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (ids[1].size() != 64 || !std::all_of(ids[1].begin(), ids[1].end(), is_hex)) return BadName(name, kPattern);
  return SheetName{std::move(ids[0]), std::move(ids[1])};
}

Result<PlanName> PlanName::Parse(std::string_view name) {
  ARGUS_ASSIGN(auto match, MatchNumbered(name, "projects/{project}/plans/{plan}", 1));
  return PlanName{std::move(match.ids[0]), match.numbers[0]};
}
std::string PlanName::ToString() const { return fmt::format("projects/{}/plans/{}", project, plan); }

Result<PlanCheckRunName> PlanCheckRunName::Parse(std::string_view name) {
  ARGUS_ASSIGN(auto match, MatchNumbered(name, "projects/{project}/plans/{plan}/planCheckRuns/{run}", 1));
  return PlanCheckRunName{std::move(match.ids[0]), match.numbers[0], match.numbers[1]};
}
std::string PlanCheckRunName::ToString() const {
  return fmt::format("projects/{}/plans/{}/planCheckRuns/{}", project, plan, run);
}

Result<IssueName> IssueName::Parse(std::string_view name) {
  ARGUS_ASSIGN(auto match, MatchNumbered(name, "projects/{project}/issues/{issue}", 1));
  return IssueName{std::move(match.ids[0]), match.numbers[0]};
}
std::string IssueName::ToString() const { return fmt::format("projects/{}/issues/{}", project, issue); }

Result<RolloutName> RolloutName::Parse(std::string_view name) {
  ARGUS_ASSIGN(auto match, MatchNumbered(name, "projects/{project}/rollouts/{rollout}", 1));
  return RolloutName{std::move(match.ids[0]), match.numbers[0]};
}
std::string RolloutName::ToString() const { return fmt::format("projects/{}/rollouts/{}", project, rollout); }

Result<TaskName> TaskName::Parse(std::string_view name) {
  ARGUS_ASSIGN(auto match, MatchNumbered(name, "projects/{project}/rollouts/{rollout}/tasks/{task}", 1));
  return TaskName{std::move(match.ids[0]), match.numbers[0], match.numbers[1]};
}
std::string TaskName::ToString() const {
  return fmt::format("projects/{}/rollouts/{}/tasks/{}", project, rollout, task);
}

Result<TaskRunName> TaskRunName::Parse(std::string_view name) {
  ARGUS_ASSIGN(auto match, MatchNumbered(name, "projects/{project}/rollouts/{rollout}/tasks/{task}/taskRuns/{run}", 1));
  return TaskRunName{std::move(match.ids[0]), match.numbers[0], match.numbers[1], match.numbers[2]};
}
std::string TaskRunName::ToString() const {
  return fmt::format("projects/{}/rollouts/{}/tasks/{}/taskRuns/{}", project, rollout, task, run);
}

Result<RevisionName> RevisionName::Parse(std::string_view name) {
  static constexpr std::string_view kPattern = "instances/{instance}/databases/{database}/revisions/{revision}";
  ARGUS_ASSIGN(auto match, MatchNumbered(name, kPattern, 2));
  ARGUS_ASSIGN(auto database, DecodeDatabase(match.ids[1], name, kPattern));
  return RevisionName{std::move(match.ids[0]), std::move(database), match.numbers[0]};
}
std::string RevisionName::ToString() const { return fmt::format("{}/revisions/{}", Database().ToString(), revision); }

Result<ChangelogName> ChangelogName::Parse(std::string_view name) {
  static constexpr std::string_view kPattern = "instances/{instance}/databases/{database}/changelogs/{changelog}";
  ARGUS_ASSIGN(auto match, MatchNumbered(name, kPattern, 2));
  ARGUS_ASSIGN(auto database, DecodeDatabase(match.ids[1], name, kPattern));
  return ChangelogName{std::move(match.ids[0]), std::move(database), match.numbers[0]};
}
std::string ChangelogName::ToString() const {
  return fmt::format("{}/changelogs/{}", Database().ToString(), changelog);
}

Status CheckResourceId(std::string_view id, std::string_view field) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (id.empty() || id.size() > 63 || id[0] < 'a' || id[0] > 'z' || !std::all_of(id.begin(), id.end(), allowed)) {
    return BadId(field, "1 to 63 of a-z, 0-9 and '-', starting with a letter");
  }
  return Ok();
}

Status CheckLoginId(std::string_view id, std::string_view field) {
  const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto allowed = [&](char c) { return alnum(c) || c == '.' || c == '-' || c == '_'; };
  if (id.empty() || id.size() > 63 || id == "me" || !alnum(id[0]) || !std::all_of(id.begin(), id.end(), allowed)) {
    return BadId(field, "1 to 63 of a-z, 0-9, '.', '-' and '_', starting with a letter or digit, and not 'me'");
  }
  return Ok();
}

std::string ResourceType(std::string_view name) {
  const auto segments = SplitSegments(name);
  if (segments.size() < 2) return std::string(name);
  std::string type(segments[segments.size() - 2]);
  if (type.size() > 3 && type.ends_with("ies")) return type.substr(0, type.size() - 3) + "y";
  if (type.ends_with('s')) type.pop_back();
  return type;
}

}  // namespace argus::domain
