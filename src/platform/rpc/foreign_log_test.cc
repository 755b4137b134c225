#include "platform/rpc/foreign_log.h"

#include <gtest/gtest.h>

#include "platform/rpc/testdata/echo.pb.h"

namespace argus::rpc {
namespace {

TEST(ForeignLog, TakesProtobufsComplaints) {
  std::string seen;
  RouteForeignLogs([&](std::string_view library, std::string_view line) { seen = std::string(library) + ": " + std::string(line); });
  rpctest::v1::Thing thing;
  EXPECT_FALSE(thing.ParseFromString("\x0a\x01\xff"));
  EXPECT_TRUE(seen.starts_with("protobuf: String field 'argus.rpctest.v1.Thing.name'")) << seen;
  RouteForeignLogs({});
  EXPECT_FALSE(thing.ParseFromString("\x0a\x01\xff"));
}

}  // namespace
}  // namespace argus::rpc
