#include "audit/canonical_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace argus::audit {
namespace {

std::string Number(double number) {
  google::protobuf::Struct object;
  (*object.mutable_fields())["n"].set_number_value(number);
  std::string out;
  AppendCanonical(object, out);
  return out.substr(5, out.size() - 6);
}

// The samples of RFC 8785, appendix B.
TEST(CanonicalJson, WritesNumbersLikeEcmaScript) {
  EXPECT_EQ(Number(0.0), "0");
  EXPECT_EQ(Number(-0.0), "0");
  EXPECT_EQ(Number(5e-324), "5e-324");
  EXPECT_EQ(Number(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  EXPECT_EQ(Number(9007199254740992), "9007199254740992");
  EXPECT_EQ(Number(295147905179352830000.0), "295147905179352830000");
  EXPECT_EQ(Number(9.999999999999997e22), "9.999999999999997e+22");
  EXPECT_EQ(Number(1e23), "1e+23");
  EXPECT_EQ(Number(999999999999999900000.0), "999999999999999900000");
  EXPECT_EQ(Number(1e21), "1e+21");
  EXPECT_EQ(Number(9.999999999999997e-7), "9.999999999999997e-7");
  EXPECT_EQ(Number(0.000001), "0.000001");
  EXPECT_EQ(Number(333333333.3333332), "333333333.3333332");
  EXPECT_EQ(Number(-0.0000033333333333333333), "-0.0000033333333333333333");
  EXPECT_EQ(Number(1424953923781206.2), "1424953923781206.2");
  EXPECT_EQ(Number(-42), "-42");
  EXPECT_EQ(Number(std::nan("")), "null");
}

// RFC 8785, section 3.2.3.
TEST(CanonicalJson, SortsKeysByUtf16Units) {
  google::protobuf::Struct object;
  for (const char* key : {"\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"}) {
    (*object.mutable_fields())[key].set_bool_value(true);
  }
  std::string out;
  AppendCanonical(object, out);
  EXPECT_EQ(
      out,
      "{\"\\r\":true,\"1\":true,\"\u0080\":true,\"\u00f6\":true,\"\u20ac\":true,\"\U0001f600\":true,\"\ufb33\":true}");
}

TEST(CanonicalJson, EscapesOnlyWhatItMust) {
  std::string out;
  AppendCanonicalString("a\"\\/\b\f\n\r\t\x01\x1f\x7f\u00e9", out);
  EXPECT_EQ(out, "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\u00e9\"");
}

TEST(CanonicalJson, WritesNestedValues) {
  google::protobuf::Struct object;
  auto& fields = *object.mutable_fields();
  fields["list"].mutable_list_value()->add_values()->set_string_value("x");
  fields["list"].mutable_list_value()->add_values()->mutable_list_value();
  fields["list"].mutable_list_value()->add_values()->set_null_value(google::protobuf::NULL_VALUE);
  fields["empty"].mutable_struct_value();
  std::string out;
  AppendCanonical(object, out);
  EXPECT_EQ(out, R"({"empty":{},"list":["x",[],null]})");
}

}  // namespace
}  // namespace argus::audit
