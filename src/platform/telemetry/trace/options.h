// How spans are sampled, bounded and exported; by OpenTelemetry's environment variables.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace argus::trace {

enum class Protocol { kHttpProtobuf, kGrpc };

struct SamplerOptions {
  enum class Kind { kAlwaysOn, kAlwaysOff, kRatio };
  Kind root = Kind::kAlwaysOn;
  double ratio = 1.0;        // of kRatio
  bool parent_based = true;  // `root` decides only where there is no parent
};

struct Limits {
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t attributes = 128;  // a span
  std::size_t attribute_length = kNone;  // bytes of a text value, cut at a character
  std::size_t events = 128;
  std::size_t links = 128;
  std::size_t event_attributes = 128;
  std::size_t link_attributes = 128;
};

struct RetryOptions {
  std::chrono::milliseconds initial{1000};  // doubled each time, plus or minus a fifth
  std::chrono::milliseconds longest{16000};
  int attempts = 5;  // of one batch, the first included
};

// What the exporter's thread says about a batch that did not get through; at most once a minute, and when it works again.
struct ExportNotice {
  bool working = false;
  std::string detail;         // empty when working
  std::uint64_t dropped = 0;  // spans ever
};

struct Options {
  std::string endpoint;  // the whole URL; empty: no spans are made
  Protocol protocol = Protocol::kHttpProtobuf;
  bool insecure = false;  // gRPC without TLS
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds export_timeout{10'000};  // of one call
  bool gzip = false;
  std::string ca_file;           // PEM; empty: the system's
  std::string client_key_file;   // PEM; with client_certificate_file
  std::string client_certificate_file;

  std::vector<std::pair<std::string, std::string>> resource;  // service.name and so on, sorted
  SamplerOptions sampler;
  bool propagate = true;  // read and write W3C headers

  std::size_t queue_limit = 2048;  // spans
  std::size_t batch_limit = 512;   // spans
  std::chrono::milliseconds schedule_delay{5000};  // the longest that a span waits for others
  std::chrono::milliseconds flush_timeout{5000};   // at the end
  RetryOptions retry;
  Limits limits;
  // Called on the exporter's thread; must be quick.
  std::function<void(const ExportNotice&)> notice;
};

// A variable that was not followed: as OpenTelemetry has it, the default stands.
struct Misread {
  std::string variable;
  std::string value;
  std::string why;
};

// As getenv: null when unset. An empty variable counts as unset.
using Getenv = std::function<const char*(const char* name)>;

// Reads OTEL_*. `service_version` and the host's name join the resource. A value that is wrong is reported, and its
// default used; a header's value is left out of the report, for it may be a secret.
Options FromEnvironment(const Getenv& getenv, std::string_view service_version, std::vector<Misread>& misread);

// docs/reference/otel.md: every variable with its meaning and default.
std::string Reference();

}  // namespace argus::trace
