// Values to and from libpq.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/db/database.h"

namespace argus::db {

struct ClearPgResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearPgResult>;

// The parameter arrays of a libpq call. Types are left to the server to infer: scalars go as text, blobs as bytes.
// Refers to `values`, which must outlive it and not change.
class PgArguments {
 public:
  explicit PgArguments(const std::vector<Value>& values);
  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void Add(const char* data, std::size_t size, bool binary);

  std::vector<std::string> numbers_;  // Reserved up front: the pointers stay valid.
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// Decodes a text-format result by the columns' types: bool, smallint, integer, bigint, oid and a numeric without
// fraction as int64; other numbers as double; bytea as Bytes; everything else as text.
Result<Rows> DecodeRows(const PGresult* result);

}  // namespace argus::db
