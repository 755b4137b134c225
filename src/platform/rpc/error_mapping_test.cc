#include "platform/rpc/error_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "platform/base/reasons.h"

namespace argus::rpc {
namespace {

using testing::HasSubstr;
using testing::Not;

Error Sample() {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, "name is \"bad\"")
      .WithCause("secret")
      .WithField("plan.name", "is bad")
      .WithMetadata("limit", "5")
      .WithRetryAfter(std::chrono::milliseconds(1500));
}

TEST(ErrorMapping, RestHasTheShapeOfAip193) {
  const auto response = RestError(Sample(), "corr-1");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.headers.Get("Retry-After"), "2");
  EXPECT_EQ(response.body,
            R"({"error":{"code":400,"status":"INVALID_ARGUMENT","message":"name is \"bad\"","details":[)"
            R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"INVALID_FIELD","domain":"argus","metadata":{"limit":"5"}},)"
            R"({"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"plan.name","description":"is bad"}]},)"
            R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"},)"
            R"({"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"corr-1","servingData":""}]}})");
}

TEST(ErrorMapping, ConnectHasCodeAndDetails) {
  const auto response = ConnectError(Error(Code::kNotFound, reasons::kServiceUnknown, "no"), "");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, testing::StartsWith(R"({"code":"not_found","message":"no","details":[{"type":"google.rpc.ErrorInfo","value":")"));
  EXPECT_THAT(response.body, Not(HasSubstr("=")));
}

TEST(ErrorMapping, TheCauseNeverLeaves) {
  EXPECT_THAT(RestError(Sample(), "").body, Not(HasSubstr("secret")));
  EXPECT_THAT(ConnectErrorJson(Sample(), ""), Not(HasSubstr("secret")));
  EXPECT_THAT(ToStatus(Sample(), "").SerializeAsString(), Not(HasSubstr("secret")));
}

TEST(ErrorMapping, StatusFollowsTheCodeButForTransportReasons) {
  const auto status = [](Code code, Reason reason) { return HttpStatus(Error(code, reason, "")); };
  EXPECT_EQ(status(Code::kResourceExhausted, reasons::kOverloaded), 429);
  EXPECT_EQ(status(Code::kResourceExhausted, reasons::kBodyTooLarge), 413);
  EXPECT_EQ(status(Code::kResourceExhausted, reasons::kHeaderTooLarge), 431);
  EXPECT_EQ(status(Code::kUnimplemented, reasons::kMethodNotAllowed), 405);
  EXPECT_EQ(status(Code::kInvalidArgument, reasons::kUnsupportedMediaType), 415);
  EXPECT_EQ(status(Code::kUnauthenticated, reasons::kInternal), 401);
  EXPECT_EQ(status(Code::kAborted, reasons::kDatabaseConflict), 409);
  EXPECT_EQ(status(Code::kCancelled, reasons::kCancelled), 499);
}

}  // namespace
}  // namespace argus::rpc
