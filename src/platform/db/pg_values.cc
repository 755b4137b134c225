#include "platform/db/pg_values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "platform/base/encoding.h"
#include "platform/db/errors.h"

namespace argus::db {
namespace {

// pg_type.dat of PostgreSQL; these never change.
enum TypeOid : Oid {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kOid = 26,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700,
};

template <typename Number>
bool Parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Error Undecodable(std::string_view text) { return StatementRefused(fmt::format("cannot decode value \"{}\"", text)); }

Result<Value> DecodeInteger(std::string_view text) {
  std::int64_t number = 0;
  if (!Parse(text, number)) return Undecodable(text);
  return Value{number};
}

Result<Value> DecodeFloat(std::string_view text) {
  double number = 0;
  if (!Parse(text, number)) return Undecodable(text);
  return Value{number};
}

// SUM and AVG of integers are numeric.
Result<Value> DecodeNumeric(std::string_view text) {
  std::int64_t number = 0;
  return Parse(text, number) ? Value{number} : DecodeFloat(text);
}

// bytea_output = hex: "\x" and hex digits.
Result<Value> DecodeBytea(std::string_view text) {
  if (!text.starts_with("\\x")) return Undecodable(text.substr(0, 16));
  auto bytes = HexDecode(text.substr(2));
  if (!bytes) return Undecodable(text.substr(0, 16));
  return Value{Bytes{std::move(*bytes)}};
}

Result<Value> DecodeText(Oid type, std::string_view text) {
  switch (type) {
    case kBool:
      return Value{std::int64_t{text == "t"}};
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
      return DecodeInteger(text);
    case kFloat4:
    case kFloat8:
      return DecodeFloat(text);
    case kNumeric:
      return DecodeNumeric(text);
    case kBytea:
      return DecodeBytea(text);
    default:
      return Value{std::string(text)};
  }
}

Result<Value> DecodeCell(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return Value{};
  const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
  return DecodeText(PQftype(result, column), {PQgetvalue(result, row, column), size});
}

// As PostgreSQL reads it: shortest text that gives the same double, "Infinity", "NaN".
std::string FormatDouble(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", value);
}

}  // namespace

PgArguments::PgArguments(const std::vector<Value>& values) {
  numbers_.reserve(values.size());
  for (const Value& value : values) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      const std::string& text = numbers_.emplace_back(std::to_string(*integer));
      Add(text.c_str(), text.size(), false);
    } else if (const auto* real = std::get_if<double>(&value)) {
      const std::string& text = numbers_.emplace_back(FormatDouble(*real));
      Add(text.c_str(), text.size(), false);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      Add(text->c_str(), text->size(), false);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
      Add(bytes->data.c_str(), bytes->data.size(), true);
    } else {
      Add(nullptr, 0, false);
    }
  }
}

void PgArguments::Add(const char* data, std::size_t size, bool binary) {
  pointers_.push_back(data);
  lengths_.push_back(static_cast<int>(size));
  formats_.push_back(binary ? 1 : 0);
}

Result<Rows> DecodeRows(const PGresult* result) {
  const int width = PQnfields(result);
  auto columns = std::make_shared<std::vector<std::string>>();
  for (int column = 0; column < width; ++column) columns->emplace_back(PQfname(result, column));
  Rows rows;
  rows.reserve(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<Value> values(static_cast<std::size_t>(width));
    for (int column = 0; column < width; ++column) {
      ARGUS_ASSIGN(values[static_cast<std::size_t>(column)], DecodeCell(result, row, column));
    }
    rows.emplace_back(columns, std::move(values));
  }
  return rows;
}

}  // namespace argus::db
