// Reads what a PostgreSQL statement does from libpg-query's tree.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include "review/statement.h"

namespace argus::review {

// Looks into common table expressions, EXPLAIN, PREPARE, COPY and CREATE SCHEMA, but not into rules and routines, which
// do not run now. Types hold what the tree shows beside the statement's own type. Needs no stack in proportion to the
// tree.
Statement ReadPostgresStatement(const PgQuery__ParseResult& tree);

}  // namespace argus::review
