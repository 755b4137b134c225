// What a schema consists of, one query a kind of object. The first column is always the schema; rows come in the order
// of names (type `name` sorts by bytes). pg_catalog is the whole search path, so every other name comes out qualified.
#pragma once

namespace argus::target::postgres::catalog {

// pg_namespace n, without the system's.
#define ARGUS_USER_SCHEMA "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
// Not a member of an extension.
#define ARGUS_NOT_EXTENSION(catalog, alias) ARGUS_NO_DEPENDENCY(catalog, alias, "'e'")
// `types` with 'i' also leaves out what was made along with something else, as the constructors of a range type are.
#define ARGUS_NO_DEPENDENCY(catalog, alias, types)                                                     \
  "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '" catalog "'::regclass AND e.objid = " alias \
  ".oid AND e.deptype IN (" types "))"
// pg_class c and its pg_namespace n, without the marker.
#define ARGUS_USER_RELATION                                                   \
  ARGUS_USER_SCHEMA                                                           \
      " AND NOT (n.nspname = 'argus_internal' AND c.relname = 'task_marker')" \
      " AND " ARGUS_NOT_EXTENSION("pg_class", "c")
#define ARGUS_TABLE "c.relkind IN ('r', 'p', 'f') AND " ARGUS_USER_RELATION

inline constexpr auto kSchemas = "SELECT n.nspname FROM pg_namespace n WHERE " ARGUS_USER_SCHEMA
                                 " AND " ARGUS_NOT_EXTENSION("pg_namespace", "n") " ORDER BY 1";

// schema, table, kind, estimated rows, comment
inline constexpr auto kTables =
    "SELECT n.nspname, c.relname,"
    "       CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' ELSE 'FOREIGN TABLE' END,"
    "       c.reltuples::int8, obj_description(c.oid, 'pg_class')"
    "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " ARGUS_TABLE " ORDER BY 1, 2";

// schema, table, column, type, nullable, default, comment
inline constexpr auto kColumns =
    "SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,"
    "       pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)"
    "  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    "  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    " WHERE a.attnum > 0 AND NOT a.attisdropped AND " ARGUS_TABLE " ORDER BY 1, 2, a.attnum";

// schema, table, index, definition, unique, primary, valid, expression: a row for each key
inline constexpr auto kIndexes =
    "SELECT n.nspname, c.relname, ic.relname, pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary, "
    "i.indisvalid,"
    "       pg_get_indexdef(i.indexrelid, k, true)"
    "  FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid"
    "  JOIN pg_namespace n ON n.oid = c.relnamespace, generate_series(1, i.indnkeyatts) k WHERE " ARGUS_TABLE
    " ORDER BY 1, 2, 3, k";

// schema, table, constraint, type, definition, column: a row for each column, at least one
inline constexpr auto kConstraints =
    "SELECT n.nspname, c.relname, o.conname, o.contype, pg_get_constraintdef(o.oid), a.attname"
    "  FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    "  LEFT JOIN LATERAL unnest(o.conkey) WITH ORDINALITY k(attnum, place) ON true"
    "  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum"
    " WHERE o.contype IN ('p', 'u', 'f', 'c', 'x') AND " ARGUS_TABLE " ORDER BY 1, 2, 3, k.place";

// schema, table, trigger, definition
inline constexpr auto kTriggers =
    "SELECT n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid)"
    "  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE NOT t.tgisinternal AND " ARGUS_TABLE " ORDER BY 1, 2, 3";

// schema, view, definition, materialized
inline constexpr auto kViews =
    "SELECT n.nspname, c.relname, pg_get_viewdef(c.oid), c.relkind = 'm'"
    "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('v', 'm') AND " ARGUS_USER_RELATION " ORDER BY 1, 2";

// schema, function, argument types, definition
inline constexpr auto kFunctions =
    "SELECT n.nspname, p.proname, oidvectortypes(p.proargtypes),"
    "       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END"
    "  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE " ARGUS_USER_SCHEMA
    " AND " ARGUS_NO_DEPENDENCY("pg_proc", "p",
                                "'e', 'i'") " ORDER BY 1, 2, oidvectortypes(p.proargtypes) COLLATE \"C\"";

// schema, sequence, data type
inline constexpr auto kSequences =
    "SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL)"
    "  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE " ARGUS_USER_RELATION " ORDER BY 1, 2";

// schema, type, kind, definition
inline constexpr auto kTypes =
    "SELECT n.nspname, t.typname,"
    "       CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' WHEN 'd' THEN 'domain' ELSE 'range' END,"
    "       CASE t.typtype"
    "         WHEN 'e' THEN (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)"
    "                          FROM pg_enum e WHERE e.enumtypid = t.oid)"
    "         WHEN 'c' THEN (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), "
    "', '"
    "                                          ORDER BY a.attnum)"
    "                          FROM pg_attribute a"
    "                         WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)"
    "         WHEN 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod), 'DEFAULT ' || t.typdefault,"
    "                                 CASE WHEN t.typnotnull THEN 'NOT NULL' END,"
    "                                 (SELECT string_agg(pg_get_constraintdef(o.oid), ' ' ORDER BY o.conname)"
    "                                    FROM pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'c'))"
    "         ELSE (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid) END"
    "  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid"
    " WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')) AND " ARGUS_USER_SCHEMA
    " AND " ARGUS_NOT_EXTENSION("pg_type", "t") " ORDER BY 1, 2";

#undef ARGUS_USER_SCHEMA
#undef ARGUS_NOT_EXTENSION
#undef ARGUS_NO_DEPENDENCY
#undef ARGUS_USER_RELATION
#undef ARGUS_TABLE

}  // namespace argus::target::postgres::catalog
