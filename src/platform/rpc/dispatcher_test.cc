#include "platform/rpc/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/rpc/testdata/echo_service.h"

namespace argus::rpc {
namespace {

using rpctest::v1::GetRequest;
using rpctest::v1::Thing;
using testing::HasSubstr;

constexpr const char* kService = "argus.rpctest.v1.EchoService";

class DispatcherTest : public testing::Test {
 protected:
  Call MakeCall(const char* method, std::function<Status(google::protobuf::Message&)> decode) {
    Arrival arrival;
    arrival.method = dispatcher_.Find(std::string("/") + kService + "/" + method);
    arrival.decode = std::move(decode);
    return Call(std::move(arrival));
  }
  static std::function<Status(google::protobuf::Message&)> Named(const char* name) {
    return [name](google::protobuf::Message& message) {
      static_cast<GetRequest&>(message).set_name(name);
      return Ok();
    };
  }

  rpctest::EchoService service_;
  Dispatcher dispatcher_;
};

TEST_F(DispatcherTest, InterceptorsRunOuterToInnerAroundDecodingAndHandler) {
  service_.Register(dispatcher_);
  std::string order;
  const auto tracer = [&order](char name) {
    return [&order, name](Call& call, const Next& next) {
      order += name;
      auto result = next(call);
      order += static_cast<char>(name - 'a' + 'A');
      return result;
    };
  };
  dispatcher_.SetInterceptors({tracer('a'), tracer('b')});
  Call call = MakeCall("Get", [&](google::protobuf::Message& message) {
    order += '.';
    return Named("x")(message);
  });
  const auto result = dispatcher_.Run(call);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(static_cast<const Thing&>(**result).name(), "x");
  EXPECT_EQ(order, "ab.BA");
}

TEST_F(DispatcherTest, AnInterceptorMayAnswerItself) {
  service_.Register(dispatcher_);
  dispatcher_.SetInterceptors({[](Call&, const Next&) -> Result<MessagePtr> {
    return Error(Code::kPermissionDenied, reasons::kInternal, "no");
  }});
  bool decoded = false;
  Call call = MakeCall("Get", [&](google::protobuf::Message&) {
    decoded = true;
    return Ok();
  });
  EXPECT_EQ(dispatcher_.Run(call).error().code(), Code::kPermissionDenied);
  EXPECT_FALSE(decoded);
}

TEST_F(DispatcherTest, DecodingHappensOnceAndItsErrorIsTheCalls) {
  service_.Register(dispatcher_);
  int decoded = 0;
  Call call = MakeCall("Get", [&](google::protobuf::Message&) -> Status {
    ++decoded;
    return Error(Code::kInvalidArgument, reasons::kInvalidJson, "bad");
  });
  EXPECT_FALSE(call.Decode().ok());
  EXPECT_EQ(dispatcher_.Run(call).error().reason(), reasons::kInvalidJson);
  EXPECT_EQ(decoded, 1);
}

TEST_F(DispatcherTest, AnExceptionBecomesInternalAndItsTextStaysPrivate) {
  service_.Register(dispatcher_);
  Call call = MakeCall("Get", Named("throw"));
  const auto error = dispatcher_.Run(call).error();
  EXPECT_EQ(error.code(), Code::kInternal);
  EXPECT_THAT(error.cause(), HasSubstr("foreign code failed"));
  EXPECT_THAT(error.message(), testing::Not(HasSubstr("foreign")));
}

TEST_F(DispatcherTest, StreamsOpenThroughTheInterceptorsAndRefusedMethodsAnswerUnimplemented) {
  service_.Register(dispatcher_);
  int seen = 0;
  dispatcher_.SetInterceptors({[&](Call& call, const Next& next) {
    auto result = next(call);
    if (result.ok() && call.subscription()) ++seen;
    return result;
  }});
  Call count = MakeCall("Count", [](google::protobuf::Message&) { return Ok(); });
  EXPECT_TRUE(dispatcher_.Run(count).ok());
  EXPECT_EQ(seen, 1);
  Call collect = MakeCall("Collect", nullptr);
  EXPECT_EQ(dispatcher_.Run(collect).error().code(), Code::kUnimplemented);
}

TEST_F(DispatcherTest, CheckNamesMissingHandlers) {
  dispatcher_.AddService(kService);
  const auto status = dispatcher_.Check();
  EXPECT_THAT(status.error().message(), HasSubstr("argus.rpctest.v1.EchoService.Get has no handler"));
  EXPECT_THAT(status.error().message(), HasSubstr("Collect has no handler"));
}

TEST_F(DispatcherTest, CheckNamesWrongRegistrations) {
  service_.Register(dispatcher_);
  EXPECT_TRUE(dispatcher_.Check().ok());
  dispatcher_.AddService(kService);
  dispatcher_.AddService("no.such.Service");
  dispatcher_.AddUnary<GetRequest, Thing>(std::string(kService) + ".Get", {});
  dispatcher_.AddRefused(std::string(kService) + ".Nope", reasons::kInternal, "");
  dispatcher_.SetBodyLimit("x", 1);
  const auto message = dispatcher_.Check().error().message();
  for (const char* part : {"EchoService is added twice", "no.such.Service is not a linked service", "Get has two handlers",
                           "Nope is not a method", "x gets a body limit"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST_F(DispatcherTest, CheckNamesHandlersOfAnotherTypeOrKind) {
  dispatcher_.AddService(kService);
  dispatcher_.AddUnary<Thing, Thing>(std::string(kService) + ".Get", {});
  dispatcher_.AddServerStream<GetRequest>(std::string(kService) + ".Update", {});
  EXPECT_THAT(dispatcher_.Check().error().message(), HasSubstr("Get has a handler of another kind"));
  EXPECT_THAT(dispatcher_.Check().error().message(), HasSubstr("Update has a handler of another kind"));
}

TEST_F(DispatcherTest, MethodsKnowTheirDeclaration) {
  service_.Register(dispatcher_);
  const Method* get = dispatcher_.Find("/argus.rpctest.v1.EchoService/Get");
  ASSERT_NE(get, nullptr);
  EXPECT_TRUE(get->side_effect_free());
  ASSERT_EQ(get->bindings().size(), 2u);
  EXPECT_EQ(get->bindings()[1].pattern, "/v1/things/{name}");
  EXPECT_EQ(dispatcher_.Find("/argus.rpctest.v1.EchoService/Collect")->kind(), MethodKind::kClientStream);
  EXPECT_EQ(dispatcher_.methods().size(), 6u);
}

}  // namespace
}  // namespace argus::rpc
