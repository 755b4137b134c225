// What the server can be told on its command line or by the environment.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "command/local_access.h"
#include "platform/base/result.h"
#include "platform/telemetry/trace/options.h"

namespace argus::app {

struct ServerOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 8080;       // 0: a free one
  std::uint16_t grpc_port = 8081;  // 0: a free one
  std::string data_dir = "data";
  std::string metastore_url;  // Empty: SQLite in the data directory.
  std::string metastore_url_file;
  std::string external_url;
  std::string metrics_address;  // "host:port"; empty: on the main port
  std::string metrics_token_file;  // For the listener at metrics_address; empty: no token is asked for.
  std::vector<std::string> trusted_proxies;
  std::string key_file;  // Empty: <data-dir>/keys
  std::vector<std::string> secret_refs = command::LocalAccess().secret_refs;
  std::chrono::milliseconds drain_timeout{25'000};
  std::chrono::milliseconds drain_delay{300};  // of drain_timeout: accepting as before, but not ready
  bool native_histograms = false;
  bool enable_json_logging = false;
  bool debug = false;
  bool demo = false;
  trace::Options trace;                          // by OTEL_*, as misread_trace is
  std::vector<trace::Misread> misread_trace;
  std::string admin_password;  // ARGUS_ADMIN_PASSWORD only: never a flag
};

// The metastore's URL in force: given, read from the file, or SQLite in the data directory. INVALID_CONFIGURATION when
// both are given or the file cannot be read.
Result<std::string> MetastoreUrl(const ServerOptions& options);
// The first line of --metrics-token-file. INVALID_CONFIGURATION when it cannot be read, is empty, or there is no listener
// for it to guard.
Result<std::string> MetricsToken(const ServerOptions& options);
std::string KeyFile(const ServerOptions& options);
// What instances may reach on this machine, given the metastore's URL.
command::LocalAccess LocalAccessOf(const ServerOptions& options, const std::string& metastore_url);

}  // namespace argus::app
