#include "platform/rpc/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/rpc/testdata/echo_service.h"

namespace argus::rpc {
namespace {

using testing::HasSubstr;

class OpenApiTest : public testing::Test {
 protected:
  OpenApiTest() {
    service_.Register(dispatcher_);
    yaml_ = OpenApiYaml(dispatcher_, {.title = "Echo: \"it\"",
                                      .version = "1",
                                      .is_public = [](const Method& method) { return method.name() == "Get"; },
                                      .describe = [](const Method& method) { return "Does " + method.name() + "."; }});
  }
  // From `begin` to the next line of the same or lesser depth.
  std::string Section(const std::string& begin) {
    const auto at = yaml_.find("\n" + begin);
    if (at == std::string::npos) return "";
    const auto depth = begin.find_first_not_of(' ');
    auto end = at + 1;
    do {
      end = yaml_.find('\n', end) + 1;
    } while (end < yaml_.size() && yaml_.find_first_not_of(' ', end) - end > depth);
    return yaml_.substr(at + 1, end - at - 1);
  }

  rpctest::EchoService service_;
  Dispatcher dispatcher_;
  std::string yaml_;
};

TEST_F(OpenApiTest, BeginsWithVersionAndInfo) {
  EXPECT_THAT(yaml_, testing::StartsWith("openapi: 3.1.0\ninfo:\n  title: \"Echo: \\\"it\\\"\"\n  version: \"1\"\n"));
}

TEST_F(OpenApiTest, AnOperationWithParameters) {
  const auto path = Section("  \"/v1/racks/{rack}/things/{thing}\":");
  EXPECT_THAT(path, HasSubstr("    get:\n      operationId: EchoService_Get\n      tags: [EchoService]\n"
                              "      description: \"Does Get.\"\n      security: []\n      parameters:\n"
                              "        - {name: \"rack\", in: path, required: true, schema: {type: string}}\n"
                              "        - {name: \"thing\", in: path, required: true, schema: {type: string}}\n"
                              "        - {name: \"pageSize\", in: query, schema: {type: integer, format: int32}}\n"
                              "        - {name: \"tags\", in: query, schema: {type: array, items: {type: string}}}\n"));
  EXPECT_THAT(path, HasSubstr("{name: \"part.sizes\", in: query"));
  EXPECT_THAT(path, testing::Not(HasSubstr("name: \"name\"")));
  EXPECT_THAT(path, HasSubstr("    patch:\n      operationId: EchoService_Update\n"));
}

TEST_F(OpenApiTest, BodiesResponsesAndFurtherBindings) {
  const auto cancel = Section("  \"/v1/racks/{rack}/things/{thing}:cancel\":");
  EXPECT_THAT(cancel, HasSubstr("schema: {$ref: \"#/components/schemas/argus.rpctest.v1.CancelRequest\"}"));
  EXPECT_THAT(cancel, HasSubstr("schema: {$ref: \"#/components/schemas/argus.rpctest.v1.Thing\"}"));
  EXPECT_THAT(cancel, HasSubstr("        default:\n"));
  EXPECT_THAT(Section("  \"/v1/things/{name}\":"), HasSubstr("operationId: EchoService_Get_2\n"));
}

TEST_F(OpenApiTest, SchemasOfEveryFieldKind) {
  const auto thing = Section("    argus.rpctest.v1.Thing:");
  for (const char* line :
       {"        state: {type: string, enum: [STATE_UNSPECIFIED, ACTIVE, CLOSED]}\n", "        big: {type: string, format: int64}\n",
        "        parts: {type: array, items: {$ref: \"#/components/schemas/argus.rpctest.v1.Thing.Part\"}}\n",
        "        labels: {type: object, additionalProperties: {type: integer, format: int32}}\n",
        "        createTime: {type: string, format: date-time}\n", "        anyValue: {}\n",
        "        inner: {$ref: \"#/components/schemas/argus.rpctest.v1.Thing\"}\n"}) {
    EXPECT_THAT(thing, HasSubstr(line));
  }
  EXPECT_NE(Section("    argus.rpctest.v1.Thing.Part:"), "");
  EXPECT_NE(Section("    Error:"), "");
}

TEST_F(OpenApiTest, StreamsHaveNoRestFace) { EXPECT_THAT(yaml_, testing::Not(HasSubstr("Count"))); }

}  // namespace
}  // namespace argus::rpc
