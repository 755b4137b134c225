#include "platform/telemetry/symbols/function_name.h"

#include <gtest/gtest.h>

namespace argus::symbols {
namespace {

TEST(QualifiedName, DropsAllButTheName) {
  EXPECT_EQ(QualifiedName("main"), "main");
  EXPECT_EQ(QualifiedName("int main(int, char**)"), "main");
  EXPECT_EQ(QualifiedName("argus::runner::Loop::Run(int) const"), "argus::runner::Loop::Run");
  EXPECT_EQ(QualifiedName("argus::Status argus::runner::Loop<int>::Run(int) const"), "argus::runner::Loop::Run");
  EXPECT_EQ(QualifiedName("static const std::string& argus::X::Name(std::pair<int, int>)"), "argus::X::Name");
  EXPECT_EQ(QualifiedName("void argus::Work(T) [with T = std::function<void(int)>]"), "argus::Work");
  EXPECT_EQ(QualifiedName("char const* argus::Parser<int>::Next(char const*)"), "argus::Parser::Next");
  EXPECT_EQ(QualifiedName("argus::Stop() [clone .cold]"), "argus::Stop");
  EXPECT_EQ(QualifiedName("std::vector<int, std::allocator<int> >::push_back(int const&)"), "std::vector::push_back");
}

TEST(QualifiedName, KeepsLambdasOperatorsAndUnnamedNamespaces) {
  EXPECT_EQ(QualifiedName("argus::(anonymous namespace)::F()::{lambda(int)#1}::operator()(int) const"),
            "argus::(anonymous namespace)::F::{lambda#1}::operator()");
  EXPECT_EQ(QualifiedName("argus::{anonymous}::F(int)::<lambda(int)>"), "argus::{anonymous}::F::{lambda}");
  EXPECT_EQ(QualifiedName("argus::X::operator bool() const"), "argus::X::operator bool");
  EXPECT_EQ(QualifiedName("std::ostream& argus::operator<< <int>(std::ostream&, int)"), "argus::operator<<");
  EXPECT_EQ(QualifiedName("argus::X::operator()(int)"), "argus::X::operator()");
  EXPECT_EQ(QualifiedName("X& X::operator=<argus::Error>(argus::Error&&)"), "X::operator=");
}

TEST(QualifiedName, EndsOnAnything) {
  for (const char* odd : {"", "(", "<", ">", "operator", "a<b", "a(b", "  ", "operator ", "::", "a<(>"}) {
    EXPECT_LE(QualifiedName(odd).size(), std::string(odd).size()) << odd;
  }
}

TEST(DottedName, IsTheShortFormOfTheLog) {
  EXPECT_EQ(DottedName("argus::Status argus::runner::{anonymous}::RunTask(int)"), "runner.RunTask");
  EXPECT_EQ(DottedName("argus::(anonymous namespace)::Serve(argus::app::ServerOptions const&)"), "Serve");
  EXPECT_EQ(DottedName("std::vector<int>::push_back(int)"), "std.vector.push_back");
}

}  // namespace
}  // namespace argus::symbols
