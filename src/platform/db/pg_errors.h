// PostgreSQL's SQLSTATE classes (appendix A of its manual) to our errors.
#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "platform/base/error.h"

namespace argus::db {

Error ClassifySqlState(std::string_view sqlstate, std::string cause);

// What a failed PGresult says. `sqlstate` is empty when libpq made the error itself, because the connection is gone.
struct PgReport {
  std::string sqlstate;
  std::string cause;
  bool fatal;  // The server ends the session.
};
PgReport ReadPgReport(const PGresult* result);

}  // namespace argus::db
