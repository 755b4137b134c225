// gRPC over a real loopback socket, through grpc++'s generic client.
#include "platform/rpc/grpc_server.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "platform/rpc/grpc_health.h"
#include "platform/rpc/grpc_reflection.h"
#include "platform/rpc/grpc_wire.h"
#include "platform/rpc/testdata/echo_service.h"

namespace argus::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* kPath = "/argus.rpctest.v1.EchoService/";

// A blocking stream of messages in both directions.
class Stream {
 public:
  Stream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method)
      : stub_(channel), call_(stub_.PrepareCall(&context, method, &queue_)) {
    call_->StartCall(Tag());
    Wait();
  }
  ~Stream() {
    if (!finished_) Cancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  bool Write(const google::protobuf::Message& message) {
    call_->Write(ToByteBuffer(message), Tag());
    return Wait();
  }
  bool WritesDone() {
    call_->WritesDone(Tag());
    return Wait();
  }
  bool Read(google::protobuf::Message& message) {
    grpc::ByteBuffer buffer;
    call_->Read(&buffer, Tag());
    return Wait() && FromByteBuffer(buffer, 1 << 20, message).ok();
  }
  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, Tag());
    Wait();
    finished_ = true;
    return status;
  }
  void Cancel() {
    context.TryCancel();
    Finish();
  }

  grpc::ClientContext context;

 private:
  void* Tag() { return this; }
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  bool finished_ = false;
};

class GrpcServerTest : public testing::Test {
 protected:
  GrpcServerTest() {
    service_.Register(dispatcher_);
    health_.Register(dispatcher_);
    RegisterReflection(dispatcher_);
    health_.Set("", HealthCheckResponse::SERVING);
    dispatcher_.SetBodyLimit("argus.rpctest.v1.EchoService.Update", 100);
    dispatcher_.SetInterceptors({[this](Call& call, const Next& next) {
      call.context().correlation_id = "corr-1";
      {
        const std::lock_guard lock(mutex_);
        deadline_ = call.context().deadline;
        token_ = call.headers().Get("x-token-bin");
      }
      call.response_headers().Add("X-Evil\n", "x");
      call.response_headers().Add("X-Text", "a\nb");
      return next(call);
    }});
    EXPECT_TRUE(dispatcher_.Check().ok()) << dispatcher_.Check().error().message();
    GrpcServerOptions options;
    options.address = "127.0.0.1";
    options.refused = [this](const Error&, const net::HttpRequest&) { ++refused_; };
    server_ = GrpcServer::Start(options, dispatcher_, workers_).value();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials());
  }

  // One unary exchange; `prepare` may set up the context.
  grpc::Status Unary(const std::string& method, const google::protobuf::Message& request, google::protobuf::Message& response,
                     const std::function<void(grpc::ClientContext&)>& prepare = {}) {
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    if (prepare) prepare(context);
    const auto call = stub.PrepareUnaryCall(&context, method, ToByteBuffer(request), &queue);
    call->StartCall();
    grpc::ByteBuffer buffer;
    grpc::Status status;
    call->Finish(&buffer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (status.ok()) {
      EXPECT_TRUE(FromByteBuffer(buffer, 1 << 20, response).ok());
    }
    for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
      trailers_.emplace_back(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    }
    for (const auto& [key, value] : context.GetServerInitialMetadata()) {
      headers_.emplace_back(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    }
    return status;
  }

  rpctest::EchoService service_;
  HealthService health_;
  Dispatcher dispatcher_;
  std::mutex mutex_;
  MonotonicTime deadline_;
  std::string token_;
  std::atomic<int> refused_{0};
  std::vector<std::pair<std::string, std::string>> headers_, trailers_;
  WorkerPool workers_{"test", 2, 100};
  std::unique_ptr<GrpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(GrpcServerTest, UnaryWithMetadataAndDeadline) {
  rpctest::v1::GetRequest request;
  request.set_name("a");
  rpctest::v1::Thing thing;
  const auto status = Unary(std::string(kPath) + "Get", request, thing, [](grpc::ClientContext& context) {
    context.AddMetadata("x-token-bin", std::string("\x00\xff", 2));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  });
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(thing.name(), "a");
  EXPECT_EQ(thing.note(), "127.0.0.1");
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(token_, "AP8=");
  EXPECT_LT(deadline_, std::chrono::steady_clock::now() + std::chrono::seconds(21));
  EXPECT_THAT(headers_, Contains(std::pair<std::string, std::string>("x-handler", "get")));
  EXPECT_THAT(trailers_, Contains(std::pair<std::string, std::string>("x-took", "1ms")));
}

TEST_F(GrpcServerTest, ErrorsCarryTheirDetails) {
  rpctest::v1::GetRequest request;
  request.set_name("missing");
  rpctest::v1::Thing thing;
  const auto status = Unary(std::string(kPath) + "Get", request, thing);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no such thing");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "SERVICE_UNKNOWN");
  google::rpc::RequestInfo seen;
  ASSERT_TRUE(details.details(1).UnpackTo(&seen));
  EXPECT_EQ(seen.request_id(), "corr-1");
}

TEST_F(GrpcServerTest, RefusesUnknownMethodsLargeMessagesAndNonsense) {
  rpctest::v1::UpdateRequest request;
  rpctest::v1::Thing thing;
  EXPECT_EQ(Unary("/no.such/Method", request, thing).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(refused_, 1);
  request.mutable_thing()->set_name(std::string(200, 'x'));
  EXPECT_EQ(Unary(std::string(kPath) + "Update", request, thing).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  rpctest::v1::Thing other;
  other.set_data("\xff\xff");
  EXPECT_EQ(Unary(std::string(kPath) + "Update", other, thing).error_code(), grpc::StatusCode::OK);  // unknown fields
  request.mutable_thing()->set_name("\xff");
  EXPECT_EQ(Unary(std::string(kPath) + "Update", request, thing).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Unary(std::string(kPath) + "Collect", rpctest::v1::CountRequest(), thing).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

std::string RequestIdOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::RequestInfo info;
  for (const auto& detail : details.details()) detail.UnpackTo(&info);
  return info.request_id();
}

TEST_F(GrpcServerTest, AFullQueueIsUnavailableAtOnce) {
  workers_.Stop();
  rpctest::v1::Thing thing;
  const auto status = Unary(std::string(kPath) + "Get", rpctest::v1::GetRequest(), thing);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(refused_, 1);
  EXPECT_THAT(RequestIdOf(status), testing::StartsWith("req-")) << "whoever is refused has an id to ask about, too";
}

TEST_F(GrpcServerTest, ARefusedCallKeepsItsCorrelationId) {
  rpctest::v1::Thing thing;
  const auto status = Unary("/no.such/Method", rpctest::v1::GetRequest(), thing, [](grpc::ClientContext& context) {
    context.AddMetadata("correlation_id", "mine:1");
    context.AddMetadata("x-request-id", "other");
  });
  EXPECT_EQ(RequestIdOf(status), "mine:1");
}

TEST_F(GrpcServerTest, ServerStreamToItsEndAndToAnError) {
  rpctest::v1::CountRequest request;
  request.set_up_to(20);
  Stream stream(channel_, std::string(kPath) + "Count");
  ASSERT_TRUE(stream.Write(request));
  stream.WritesDone();
  rpctest::v1::CountResponse response;
  int last = 0;
  while (stream.Read(response)) last = response.number();
  EXPECT_EQ(last, 13);
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
  request.set_up_to(-1);
  Stream refused(channel_, std::string(kPath) + "Count");
  refused.Write(request);
  EXPECT_EQ(refused.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(service_.open_streams, 0);
}

TEST_F(GrpcServerTest, StreamsEndWhenCancelledAndOnDrain) {
  rpctest::v1::CountRequest request;
  request.set_up_to(1);
  request.set_hold_open(true);
  rpctest::v1::CountResponse response;
  Stream leaving(channel_, std::string(kPath) + "Count"), staying(channel_, std::string(kPath) + "Count");
  for (Stream* stream : {&leaving, &staying}) {
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(response));
  }
  leaving.Cancel();
  while (service_.open_streams > 1) std::this_thread::yield();
  server_->StartDrain();
  EXPECT_FALSE(staying.Read(response));
  const auto status = staying.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_details(), HasSubstr("DRAINING"));
  while (service_.open_streams > 0) std::this_thread::yield();
}

TEST_F(GrpcServerTest, StopCancelsWhatIsStillOpen) {
  Stream stream(channel_, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
  server_->Stop(std::chrono::milliseconds(1));
  EXPECT_FALSE(stream.Finish().ok());
}

TEST_F(GrpcServerTest, HealthCheckAndWatch) {
  HealthCheckRequest request;
  HealthCheckResponse response;
  EXPECT_TRUE(Unary("/grpc.health.v1.Health/Check", request, response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  request.set_service("nope");
  EXPECT_EQ(Unary("/grpc.health.v1.Health/Check", request, response).error_code(), grpc::StatusCode::NOT_FOUND);

  Stream watch(channel_, "/grpc.health.v1.Health/Watch");
  ASSERT_TRUE(watch.Write(request));
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  health_.Set("nope", HealthCheckResponse::SERVING);
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  health_.SetAll(HealthCheckResponse::NOT_SERVING);
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
}

// Asks everything that a reflection client asks.
template <typename Request, typename Response>
void Explore(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
  Stream stream(channel, method);
  Request request;
  Response response;
  request.set_list_services("*");
  ASSERT_TRUE(stream.Write(request) && stream.Read(response));
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) names.push_back(service.name());
  EXPECT_THAT(names, testing::ElementsAre("argus.rpctest.v1.EchoService", "grpc.health.v1.Health",
                                          "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"));
  request.set_file_containing_symbol("argus.rpctest.v1.EchoService.Get");
  ASSERT_TRUE(stream.Write(request) && stream.Read(response));
  google::protobuf::FileDescriptorProto file;
  const auto& files = response.file_descriptor_response().file_descriptor_proto();
  ASSERT_GT(files.size(), 3);
  ASSERT_TRUE(file.ParseFromString(files.Get(files.size() - 1)));
  EXPECT_EQ(file.package(), "argus.rpctest.v1");
  request.set_file_by_filename("no/such.proto");
  ASSERT_TRUE(stream.Write(request) && stream.Read(response));
  EXPECT_EQ(response.error_response().error_code(), 5);
  request.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  ASSERT_TRUE(stream.Write(request) && stream.Read(response));
  EXPECT_THAT(response.all_extension_numbers_response().extension_number(), Contains(72295728));
  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.MethodOptions");
  request.mutable_file_containing_extension()->set_extension_number(72295728);
  ASSERT_TRUE(stream.Write(request) && stream.Read(response));
  EXPECT_GT(response.file_descriptor_response().file_descriptor_proto_size(), 0);
  stream.WritesDone();
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(GrpcServerTest, ReflectionInBothVersions) {
  Explore<grpc::reflection::v1::ServerReflectionRequest, grpc::reflection::v1::ServerReflectionResponse>(
      channel_, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
  Explore<grpc::reflection::v1alpha::ServerReflectionRequest, grpc::reflection::v1alpha::ServerReflectionResponse>(
      channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
}

TEST_F(GrpcServerTest, APortThatIsTakenIsNamed) {
  GrpcServerOptions options;
  options.address = "127.0.0.1";
  options.port = server_->port();
  EXPECT_EQ(GrpcServer::Start(options, dispatcher_, workers_).error().reason(), reasons::kNetworkError);
}

TEST(GrpcWire, PeerAddresses) {
  EXPECT_EQ(PeerAddress("ipv4:127.0.0.1:4711"), "127.0.0.1");
  EXPECT_EQ(PeerAddress("ipv6:%5B::1%5D:4711"), "::1");
  EXPECT_EQ(PeerAddress("ipv6:%5B::ffff:10.0.0.1%5D:1"), "10.0.0.1");
  EXPECT_EQ(PeerAddress("unix:/tmp/x"), "");
}

}  // namespace
}  // namespace argus::rpc
