// Where a PostgreSQL server is and how to log in.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/base/result.h"

namespace argus::db {

// libpq's connection keywords and values, for one host.
using PgKeywords = std::vector<std::pair<std::string, std::string>>;

// Splits a connection string or URI into one set of keywords a host, in order, so that each host gets a time limit of
// its own (libpq's non-blocking connect would wait for a dead first host for ever). Adds what Argus wants unless it is
// given: application_name=argus, target_session_attrs=read-write, keepalives and tcp_user_timeout; forces
// client_encoding=UTF8.
Result<std::vector<PgKeywords>> ParsePgUrl(const std::string& url);

}  // namespace argus::db
