#include "platform/rpc/grpc_reflection.h"

#include <google/protobuf/descriptor.pb.h>

#include <set>
#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace argus::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

const DescriptorPool& Pool() { return *DescriptorPool::generated_pool(); }

// The file after everything it imports.
void AddFile(const FileDescriptor& file, std::set<std::string>& added,
             google::protobuf::RepeatedPtrField<std::string>& out) {
  if (!added.insert(file.name()).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), added, out);
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  *out.Add() = proto.SerializeAsString();
}

const FileDescriptor* FileOfExtension(const std::string& type, int number) {
  const auto* message = Pool().FindMessageTypeByName(type);
  const FieldDescriptor* extension = message ? Pool().FindExtensionByNumber(message, number) : nullptr;
  return extension ? extension->file() : nullptr;
}

// Both versions of the protocol have the same messages under different names.
template <typename Request, typename Response>
class Answerer {
 public:
  explicit Answerer(const Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  Result<Response> operator()(RequestContext&, const Request& request) const {
    Response response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    switch (request.message_request_case()) {
      case Request::kFileByFilename: Describe(Pool().FindFileByName(request.file_by_filename()), response); break;
      case Request::kFileContainingSymbol:
        Describe(Pool().FindFileContainingSymbol(request.file_containing_symbol()), response);
        break;
      case Request::kFileContainingExtension:
        Describe(FileOfExtension(request.file_containing_extension().containing_type(),
                                 request.file_containing_extension().extension_number()),
                 response);
        break;
      case Request::kAllExtensionNumbersOfType: ListExtensions(request.all_extension_numbers_of_type(), response); break;
      case Request::kListServices: ListServices(response); break;
      case Request::MESSAGE_REQUEST_NOT_SET: Fail(Code::kInvalidArgument, "the request asks nothing", response); break;
    }
    return response;
  }

 private:
  static void Fail(Code code, const char* message, Response& response) {
    response.mutable_error_response()->set_error_code(static_cast<int>(code));
    response.mutable_error_response()->set_error_message(message);
  }

  static void Describe(const FileDescriptor* file, Response& response) {
    if (!file) return Fail(Code::kNotFound, "no such file or symbol", response);
    std::set<std::string> added;
    AddFile(*file, added, *response.mutable_file_descriptor_response()->mutable_file_descriptor_proto());
  }

  static void ListExtensions(const std::string& type, Response& response) {
    const auto* message = Pool().FindMessageTypeByName(type);
    if (!message) return Fail(Code::kNotFound, "no such message", response);
    std::vector<const FieldDescriptor*> extensions;
    Pool().FindAllExtensions(message, &extensions);
    auto* out = response.mutable_all_extension_numbers_response();
    out->set_base_type_name(type);
    for (const auto* extension : extensions) out->add_extension_number(extension->number());
  }

  void ListServices(Response& response) const {
    auto* out = response.mutable_list_services_response();
    for (const auto& service : dispatcher_.services()) out->add_service()->set_name(service);
  }

  const Dispatcher& dispatcher_;
};

template <typename Request, typename Response>
void Register(Dispatcher& dispatcher, const std::string& service) {
  dispatcher.AddService(service);
  dispatcher.AddBidi<Request, Response>(service + ".ServerReflectionInfo", Answerer<Request, Response>(dispatcher));
}

}  // namespace

void RegisterReflection(Dispatcher& dispatcher) {
  namespace v1 = grpc::reflection::v1;
  namespace v1alpha = grpc::reflection::v1alpha;
  Register<v1::ServerReflectionRequest, v1::ServerReflectionResponse>(dispatcher, "grpc.reflection.v1.ServerReflection");
  Register<v1alpha::ServerReflectionRequest, v1alpha::ServerReflectionResponse>(dispatcher,
                                                                                "grpc.reflection.v1alpha.ServerReflection");
}

}  // namespace argus::rpc
