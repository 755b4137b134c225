#include "contract/services.h"

#include <unordered_map>

namespace argus::contract {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const std::vector<const ServiceDescriptor*>& Services() {
  static const std::vector<const ServiceDescriptor*> services = [] {
    std::vector<const ServiceDescriptor*> out;
    for (const Descriptor* message :
         {v1::ActuatorInfo::descriptor(), v1::LoginRequest::descriptor(), v1::User::descriptor(),
          v1::Role::descriptor(), v1::Group::descriptor(), v1::GetIamPolicyRequest::descriptor(),
          v1::Project::descriptor(), v1::Setting::descriptor(), v1::Instance::descriptor(), v1::Database::descriptor(),
          v1::Sheet::descriptor(), v1::Plan::descriptor(), v1::PlanCheckRun::descriptor(), v1::Issue::descriptor(),
          v1::Rollout::descriptor(), v1::Revision::descriptor(), v1::AuditLog::descriptor(),
          v1::Correlation::descriptor()}) {
      for (int i = 0; i < message->file()->service_count(); ++i) out.push_back(message->file()->service(i));
    }
    return out;
  }();
  return services;
}

const v1::MethodPolicy& PolicyOf(const MethodDescriptor& method) { return method.options().GetExtension(v1::policy); }

const MethodDescriptor* MethodOf(const Descriptor& request) {
  static const auto methods = [] {
    std::unordered_map<const Descriptor*, const MethodDescriptor*> out;
    for (const ServiceDescriptor* service : Services()) {
      for (int i = 0; i < service->method_count(); ++i)
        out.emplace(service->method(i)->input_type(), service->method(i));
    }
    return out;
  }();
  const auto found = methods.find(&request);
  return found == methods.end() ? nullptr : found->second;
}

}  // namespace argus::contract
