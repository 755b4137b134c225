#include "command/update_mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/contract.h"

namespace argus::command {
namespace {

using testing::ElementsAre;

google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
  google::protobuf::FieldMask mask;
  for (const auto* path : paths) mask.add_paths(path);
  return mask;
}

v1::Group SomeGroup() {
  v1::Group group;
  group.set_title("DBA");
  group.add_members("users/alice");
  return group;
}

Result<std::vector<std::string>> Paths(const google::protobuf::FieldMask& mask) {
  return UpdatePaths(mask, SomeGroup(), {"title", "description", "members"});
}

TEST(UpdateMaskTest, EmptyMeansWhatIsSet) { EXPECT_THAT(*Paths({}), ElementsAre("title", "members")); }

TEST(UpdateMaskTest, StarMeansEverything) { EXPECT_THAT(*Paths(Mask({"*"})), ElementsAre("title", "description", "members")); }

TEST(UpdateMaskTest, RefusesOtherPaths) {
  for (const char* path : {"name", "etag", "members.x", "nonsense", ""}) {
    const auto paths = Paths(Mask({"title", path}));
    ASSERT_FALSE(paths.ok()) << path;
    EXPECT_EQ(paths.error().fields().at(0).field, "updateMask");
  }
}

TEST(UpdateMaskTest, CopiesAndClears) {
  v1::Group into = SomeGroup();
  into.set_description("old");
  into.add_members("users/bob");
  v1::Group source;
  source.set_title("New");
  source.add_members("users/carol");
  CopyFields({"title", "description", "members"}, source, into);
  EXPECT_EQ(into.title(), "New");
  EXPECT_EQ(into.description(), "");
  EXPECT_THAT(into.members(), ElementsAre("users/carol"));
}

TEST(UpdateMaskTest, NoPathsChangeNothing) {
  v1::Group into = SomeGroup();
  CopyFields({}, v1::Group(), into);
  EXPECT_EQ(into.title(), "DBA");
}

}  // namespace
}  // namespace argus::command
