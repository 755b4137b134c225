// The one list of interceptors that every call passes, whatever protocol it came by.
#pragma once

#include <vector>

#include "api/interceptors.h"

namespace argus::api {

// All must outlive the last call.
struct PipelineDeps {
  const Clock& clock;
  HttpMetrics& metrics;
  log::Logger& logger;
  const Readiness& readiness;
  store::Metastore& metastore;
  command::AuthCommands& auth;
  const Validator& validator;
  const trace::Tracer& tracer = trace::Off();
};

// Outer to inner.
std::vector<rpc::Interceptor> BuildPipeline(const PipelineDeps& deps);

}  // namespace argus::api
