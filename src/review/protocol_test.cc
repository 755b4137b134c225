#include "review/protocol.h"

#include <gtest/gtest.h>

namespace argus::review {
namespace {

Parse FullParse() {
  Parse parse{.outcome = Outcome::kRefused, .message = "no", .offset = 7};
  parse.statement.types = {"UPDATE", "DELETE"};
  parse.statement.writes = {{"UPDATE", {"s", "t"}, true}};
  parse.statement.created_tables = {{.name = {"", "u"}, .temporary = true, .has_primary_key = true}};
  parse.statement.primary_keys_added = {{"s", "k"}};
  return parse;
}

TEST(Protocol, GivesBackAParse) {
  const auto parse = DecodeParse(Encode(FullParse()));
  ASSERT_TRUE(parse);
  EXPECT_EQ(parse->outcome, Outcome::kRefused);
  EXPECT_EQ(parse->offset, 7u);
  EXPECT_EQ(parse->statement.types, FullParse().statement.types);
  EXPECT_EQ(parse->statement.writes.at(0).table.ToString(), "s.t");
  EXPECT_TRUE(parse->statement.writes[0].has_where);
  EXPECT_TRUE(parse->statement.created_tables.at(0).has_primary_key);
  EXPECT_FALSE(parse->statement.created_tables[0].partition);
  EXPECT_EQ(parse->statement.primary_keys_added.at(0).name, "k");
}

TEST(Protocol, GivesBackRequests) {
  const auto open = DecodeRequest(Encode(OpenRequest{
      .engine = v1::SQLITE, .schema_known = true, .schema = {"a", "b"}, .memory_limit = 5, .seconds_a_request = 6}));
  ASSERT_TRUE(open);
  const auto& request = std::get<OpenRequest>(*open);
  EXPECT_EQ(request.engine, v1::SQLITE);
  EXPECT_EQ(request.schema, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(request.memory_limit, 5u);
  EXPECT_EQ(request.seconds_a_request, 6u);
  const auto statement = Encode(StatementRequest{"SELECT 1"});
  EXPECT_EQ(std::get<StatementRequest>(*DecodeRequest(statement)).text, "SELECT 1");
}

TEST(Protocol, RefusesWhatItDidNotMake) {
  const auto bytes = Encode(FullParse());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeParse({bytes.data(), size})) << size;
  EXPECT_FALSE(DecodeParse(bytes + "x"));
  EXPECT_FALSE(DecodeParse(std::string(64, '\xff')));
  EXPECT_FALSE(DecodeRequest(""));
  EXPECT_FALSE(DecodeRequest("x"));
  EXPECT_FALSE(DecodeRequest("o"));
}

}  // namespace
}  // namespace argus::review
