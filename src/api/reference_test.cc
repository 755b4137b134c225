#include "api/reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace argus::api {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The files are reviewed: a change of a declaration shows up in them.
TEST(Reference, PagesAreAsReviewed) {
  for (const auto& page : ReferencePages()) {
    const std::string path = std::string(ARGUS_SOURCE_DIR) + "/docs/reference/" + std::string(page.name) + ".md";
    EXPECT_EQ(ReadFile(path), page.render()) << "make it anew: argus reference " << page.name << " > " << path;
  }
}

}  // namespace
}  // namespace argus::api
