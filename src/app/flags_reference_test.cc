#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "app/command_line.h"

namespace argus::app {
namespace {

TEST(FlagsReference, IsTheReviewedPage) {
  std::ifstream file(ARGUS_SOURCE_DIR "/docs/reference/flags.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(page, FlagsReference()) << "make it anew: make reference";
}

}  // namespace
}  // namespace argus::app
