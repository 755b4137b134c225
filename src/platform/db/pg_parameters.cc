#include "platform/db/pg_parameters.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "platform/base/reasons.h"

namespace argus::db {
namespace {

// tcp_user_timeout (ms) bounds also the blocking connect of a cancel request.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kDefaults{{
    {"application_name", "argus"},
    {"target_session_attrs", "read-write"},
    {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},
    {"tcp_user_timeout", "10000"},
}};
constexpr std::array<std::string_view, 3> kPerHost{"host", "hostaddr", "port"};

struct FreeConninfo {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string* Find(PgKeywords& keywords, std::string_view name) {
  auto found = std::find_if(keywords.begin(), keywords.end(), [&](const auto& k) { return k.first == name; });
  return found == keywords.end() ? nullptr : &found->second;
}

std::vector<std::string> SplitByComma(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    parts.emplace_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return parts;
}

Error Malformed(std::string_view what) {
  return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration, std::string(what));
}

// libpq's own message is dropped: it may quote the password.
Result<PgKeywords> Parse(const std::string& url) {
  char* message = nullptr;
  std::unique_ptr<PQconninfoOption, FreeConninfo> options(PQconninfoParse(url.c_str(), &message));
  if (message) PQfreemem(message);
  if (!options) return Malformed("The PostgreSQL connection string is malformed.");
  PgKeywords keywords;
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (option->val) keywords.emplace_back(option->keyword, option->val);
  }
  return keywords;
}

void AddDefaults(PgKeywords& keywords) {
  for (const auto& [name, value] : kDefaults) {
    if (!Find(keywords, name)) keywords.emplace_back(name, value);
  }
  std::erase_if(keywords, [](const auto& keyword) { return keyword.first == "client_encoding"; });
  keywords.emplace_back("client_encoding", "UTF8");
}

}  // namespace

Result<std::vector<PgKeywords>> ParsePgUrl(const std::string& url) {
  ARGUS_ASSIGN(PgKeywords common, Parse(url));
  AddDefaults(common);
  std::size_t hosts = 1;
  for (std::string_view name : {kPerHost[0], kPerHost[1]}) {
    if (const std::string* value = Find(common, name)) hosts = std::max(hosts, SplitByComma(*value).size());
  }
  std::vector<PgKeywords> split(hosts, common);
  for (std::string_view name : kPerHost) {
    const std::string* value = Find(common, name);
    if (!value) continue;
    const auto parts = SplitByComma(*value);
    // One value, such as the port, may stand for all hosts.
    if (parts.size() != hosts && parts.size() != 1) return Malformed("Hosts and ports do not match in number.");
    for (std::size_t host = 0; host < hosts; ++host) *Find(split[host], name) = parts[parts.size() == 1 ? 0 : host];
  }
  return split;
}

}  // namespace argus::db
