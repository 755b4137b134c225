#include "command/sheet_command.h"

#include "command/change_test_support.h"

namespace argus::command {
namespace {

class SheetCommandTest : public ChangeTest {
 protected:
  Result<v1::Sheet> Create(const std::string& content, const std::string& user = "alice") {
    v1::CreateSheetRequest request;
    request.set_parent(kProject);
    request.mutable_sheet()->set_content(content);
    return SheetCommands(*metastore_).Create(As(user), request);
  }
};

TEST_P(SheetCommandTest, TheSameTextIsTheSameSheet) {
  const auto first = Must(Create("SELECT 1"));
  EXPECT_EQ(Must(Create("SELECT 1", "bob")).name(), first.name());
  EXPECT_NE(Must(Create("SELECT 2")).name(), first.name());
  EXPECT_EQ(first.content_size(), 8);
  EXPECT_EQ(LastAudit().action(), "bb.sheet.create");
}

TEST_P(SheetCommandTest, RefusesWhatIsNoSqlText) {
  EXPECT_EQ(ReasonOf(Create("")), "MISSING_FIELD");
  EXPECT_EQ(ReasonOf(Create("SELECT '\xff'")), "INVALID_SHEET");
  EXPECT_EQ(ReasonOf(Create(std::string(kMaxSheetBytes + 1, ' '))), "INVALID_FIELD");
  EXPECT_EQ(FieldOf(Create("")), "sheet.content");
}

TEST_P(SheetCommandTest, AStrangerDoesNotLearnOfTheProject) {
  EXPECT_EQ(ReasonOf(Create("SELECT 1", "mallory")), "RESOURCE_NOT_FOUND");
}

ARGUS_COMMAND_SUITE(SheetCommandTest);

}  // namespace
}  // namespace argus::command
