#include "platform/rpc/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/reasons.h"
#include "platform/rpc/json_writer.h"
#include "platform/rpc/testdata/echo.pb.h"

namespace argus::rpc {
namespace {

using rpctest::v1::Thing;
using testing::HasSubstr;

Thing Read(std::string_view json) {
  Thing thing;
  const auto status = ReadJson(json, thing);
  EXPECT_TRUE(status.ok()) << json << ": " << status.error().ToString();
  return thing;
}

Error Refused(std::string_view json, std::string_view prefix = "") {
  Thing thing;
  const auto status = ReadJson(json, thing, prefix);
  if (status.ok()) {
    ADD_FAILURE() << "accepted: " << json;
    return Error(Code::kUnknown, reasons::kInternal, "accepted");
  }
  return status.error();
}

std::string FieldOf(const Error& error) { return error.fields().empty() ? "" : error.fields()[0].field; }

TEST(ReadJson, RefusesWhatRfc8259Refuses) {
  for (const char* bad :
       {"", " ", "{", "{}}", "{} x", "{'name':'x'}", "{name:\"x\"}", "{\"name\":\"x\",}", "{\"name\" \"x\"}", "{,}",
        "{\"ready\":True}", "{\"ready\":tru}", "{\"small\":01}", "{\"small\":+1}", "{\"small\":1.}", "{\"small\":.5}",
        "{\"small\":1e}", "{\"small\":0x1}", "{\"small\":-}", "{\"ratio\":NaN}", "{\"name\":\"a\nb\"}",
        "{\"name\":\"\\x41\"}", "{\"name\":\"\\u12\"}", "{\"name\":\"\\ud800\"}", "{\"name\":\"\\udc00\\ud800\"}",
        "{\"name\":\"\\ud800\\u0041\"}", "{\"name\":\"open", "{\"name\":\"\xff\"}", "{\"name\":\"\xed\xa0\x80\"}",
        "{\"parts\":[{},]}", "{\"parts\":[,]}", "{\"parts\":[{} {}]}", "/* c */{}", "\xef\xbb\xbf{}", "{\"a\"", "{\"name\":"}) {
    EXPECT_EQ(Refused(bad).reason(), reasons::kInvalidJson) << bad;
  }
}

TEST(ReadJson, SyntaxErrorsGiveLineAndColumn) {
  EXPECT_THAT(Refused("{\n  \"name\": nope\n}").message(), HasSubstr("line 2, column 11"));
  EXPECT_THAT(Refused("{}\n\n]").message(), HasSubstr("line 3, column 1"));
}

TEST(ReadJson, DuplicateKeysAreRefusedWhereverTheyStand) {
  for (const char* bad : {R"({"name":"a","name":"b"})", R"({"any_value":1,"anyValue":2})", R"({"labels":{"a":1,"a":2}})",
                          R"({"extra":{"a":1,"a":1}})", R"({"parts":[{"sheet":"a","sheet":"a"}]})"}) {
    const auto error = Refused(bad);
    EXPECT_EQ(error.reason(), reasons::kInvalidJson) << bad;
    EXPECT_THAT(error.message(), HasSubstr("duplicate key"));
  }
}

TEST(ReadJson, DepthIsBounded) {
  const auto nested = [](std::size_t levels) {
    return "{\"anyValue\":" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  EXPECT_EQ(Read(nested(63)).any_value().kind_case(), google::protobuf::Value::kListValue);
  EXPECT_EQ(Refused(nested(64)).reason(), reasons::kInvalidJson);
  EXPECT_EQ(Refused("{\"anyValue\":" + std::string(1 << 20, '[')).reason(), reasons::kInvalidJson);
}

TEST(ReadJson, WrongFieldsAreNamedByTheirPath) {
  struct Case {
    const char* json;
    const char* field;
  };
  for (const auto& [json, field] : std::initializer_list<Case>{
           {R"({"parts":[{},{"sheet":5}]})", "parts[1].sheet"},
           {R"({"parts":[{"sizes":[1,"x"]}]})", "parts[0].sizes[1]"},
           {R"({"parts":[null]})", "parts[0]"},
           {R"({"parts":{}})", "parts"},
           {R"({"create_time":"yesterday"})", "createTime"},
           {R"({"createTime":"2024-02-30T00:00:00Z"})", "createTime"},
           {R"({"took":"1.5"})", "took"},
           {R"({"took":"1.1234567890s"})", "took"},
           {R"({"small":2147483648})", "small"},
           {R"({"small":1.5})", "small"},
           {R"({"small":true})", "small"},
           {R"({"big":"9223372036854775808"})", "big"},
           {R"({"big":9.3e18})", "big"},
           {R"({"positive":-1})", "positive"},
           {R"({"ratio":1e999})", "ratio"},
           {R"({"ratio":"inf"})", "ratio"},
           {R"({"factor":1e39})", "factor"},
           {R"({"ready":"true"})", "ready"},
           {R"({"ready":1})", "ready"},
           {R"({"name":1})", "name"},
           {R"({"data":"%%%"})", "data"},
           {R"({"state":"NOPE"})", "state"},
           {R"({"state":77})", "state"},
           {R"({"labels":{"a":"x"}})", "labels.a"},
           {R"({"byNumber":{"x":{}}})", "byNumber.x"},
           {R"({"left":"a","right":{}})", "right"},
           {R"({"extra":[]})", "extra"},
           {R"([])", ""}}) {
    const auto error = Refused(json);
    EXPECT_EQ(error.reason(), reasons::kInvalidField) << json;
    EXPECT_EQ(FieldOf(error), field) << json;
  }
}

TEST(ReadJson, UnknownFieldsAreNamedAndThePrefixLeads) {
  const auto error = Refused(R"({"parts":[{"sheets":1}]})", "thing");
  EXPECT_EQ(error.reason(), reasons::kUnknownField);
  EXPECT_EQ(FieldOf(error), "thing.parts[0].sheets");
}

TEST(ReadJson, TakesBothSpellingsAndEveryForm) {
  const Thing thing = Read(R"({
    "name": "a\u00e9\ud83d\ude00\n/", "state": "ACTIVE", "big": "9223372036854775807", "positive": 18446744073709551615,
    "small": 1e3, "ratio": "-Infinity", "ready": true, "data": "-_8=", "create_time": "2026-05-24T10:42:11.5+02:00",
    "took": "-1.25s", "extra": {"a": [1, null, {"b": "c"}]}, "anyValue": null, "nickname": "nick", "limit": "7",
    "right": {"sheet": "s", "sizes": [1, "2"]}, "note": null, "byNumber": {"-5": {"sheet": "five"}},
    "history": ["CLOSED", 1], "list": [true], "inner": {"inner": {"small": 1}}})");
  EXPECT_EQ(thing.name(), "a\u00e9\U0001F600\n/");
  EXPECT_EQ(thing.state(), rpctest::v1::ACTIVE);
  EXPECT_EQ(thing.big(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(thing.positive(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(thing.small(), 1000);
  EXPECT_EQ(thing.ratio(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(thing.data(), "\xfb\xff");
  EXPECT_EQ(thing.create_time().seconds(), 1779612131);
  EXPECT_EQ(thing.create_time().nanos(), 500'000'000);
  EXPECT_EQ(thing.took().seconds(), -1);
  EXPECT_EQ(thing.took().nanos(), -250'000'000);
  EXPECT_EQ(thing.any_value().kind_case(), google::protobuf::Value::kNullValue);
  EXPECT_EQ(thing.limit().value(), 7);
  EXPECT_EQ(thing.right().sizes(1), 2);
  EXPECT_FALSE(thing.has_note());
  EXPECT_EQ(thing.by_number().at(-5).sheet(), "five");
  EXPECT_EQ(thing.history(0), rpctest::v1::CLOSED);
  EXPECT_EQ(thing.inner().inner().small(), 1);
}

TEST(ReadJson, ANullMemberOfAOneofConflictsWithNothing) {
  EXPECT_EQ(Read(R"({"left":null,"right":{"sheet":"x"}})").right().sheet(), "x");
}

TEST(WriteJson, ReadsBackTheSame) {
  const Thing thing = Read(R"({"name":"\"q\"\\\u0001","state":"CLOSED","big":"-1","ratio":0.1,"factor":0.1,"data":"AAE=",
      "parts":[{"sheet":"s","sizes":[3]}],"labels":{"k":2},"createTime":"2026-05-24T08:42:11.123456Z","took":"3.5s",
      "extra":{"x":{"y":[1.5,"z",false]}},"anyValue":"v","nickname":"","left":"l","note":"","byNumber":{"9":{}}})");
  EXPECT_EQ(Read(ToJson(thing)).SerializeAsString(), thing.SerializeAsString());
}

TEST(WriteJson, WritesDefaultsOfFieldsWithoutPresence) {
  const std::string json = ToJson(Thing());
  for (const char* part : {R"("name":"")", R"("state":"STATE_UNSPECIFIED")", R"("big":"0")", R"("small":0)",
                           R"("ready":false)", R"("parts":[])", R"("labels":{})", R"("data":"")"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
  for (const char* part : {"createTime", "note", "left", "right", "nickname", "inner"}) {
    EXPECT_THAT(json, testing::Not(HasSubstr(part)));
  }
}

TEST(WriteJson, FormsOfSpecialValues) {
  Thing thing;
  thing.set_name("bad \xff utf-8");
  thing.set_ratio(std::numeric_limits<double>::quiet_NaN());
  thing.mutable_create_time()->set_seconds(1779612131);
  (*thing.mutable_by_number())[3].set_sheet("x");
  const std::string json = ToJson(thing);
  EXPECT_THAT(json, HasSubstr("bad \xef\xbf\xbd utf-8"));
  EXPECT_THAT(json, HasSubstr(R"("ratio":"NaN")"));
  EXPECT_THAT(json, HasSubstr(R"("createTime":"2026-05-24T08:42:11Z")"));
  EXPECT_THAT(json, HasSubstr(R"("byNumber":{"3":{)"));
}

}  // namespace
}  // namespace argus::rpc
