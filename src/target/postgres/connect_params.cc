#include "target/postgres/connect_params.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "platform/base/reasons.h"

namespace argus::target::postgres {
namespace {

// A path at which nothing is: keeps libpq from files in the home of the user that Argus runs as.
constexpr auto kNoFile = "/dev/null/none";
constexpr auto kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

const char* SslMode(v1::TlsConfig::Mode mode) {
  switch (mode) {
    case v1::TlsConfig::REQUIRE:
      return "require";
    case v1::TlsConfig::VERIFY_CA:
      return "verify-ca";
    case v1::TlsConfig::VERIFY_FULL:
      return "verify-full";
    default:
      return "disable";
  }
}

bool Verifies(v1::TlsConfig::Mode mode) {
  return mode == v1::TlsConfig::VERIFY_CA || mode == v1::TlsConfig::VERIFY_FULL;
}

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = write(file, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string OrDefault(const std::string& value, std::string_view fallback) {
  return value.empty() ? std::string(fallback) : value;
}

Status CheckSpec(const ConnectionSpec& spec) {
  for (const auto* value : {&spec.host, &spec.username, &spec.password, &spec.database}) {
    if (value->find('\0') != std::string::npos) {
      return Error(Code::kInvalidArgument, reasons::kInvalidField, "a connection setting holds a NUL byte");
    }
  }
  if (spec.port < 0 || spec.port > 65535) {
    return Error(Code::kInvalidArgument, reasons::kInvalidField, "the port is not between 0 and 65535");
  }
  return Ok();
}

}  // namespace

Result<ConnectParams> ConnectParams::Make(const ConnectionSpec& spec) {
  ARGUS_RETURN_IF_ERROR(CheckSpec(spec));
  ConnectParams params;
  params.AddServer(spec);
  ARGUS_RETURN_IF_ERROR(params.AddTls(spec.tls));
  return params;
}

ConnectParams::ConnectParams(ConnectParams&& other) noexcept
    : params_(std::move(other.params_)), files_(std::exchange(other.files_, {})) {}

ConnectParams::~ConnectParams() {
  for (const int file : files_) close(file);
}

std::vector<const char*> ConnectParams::keywords() const {
  std::vector<const char*> keywords;
  for (const auto& [keyword, value] : params_) keywords.push_back(keyword);
  keywords.push_back(nullptr);
  return keywords;
}

std::vector<const char*> ConnectParams::values() const {
  std::vector<const char*> values;
  for (const auto& [keyword, value] : params_) values.push_back(value.c_str());
  values.push_back(nullptr);
  return values;
}

void ConnectParams::AddServer(const ConnectionSpec& spec) {
  Add("host", OrDefault(spec.host, "127.0.0.1"));
  Add("port", std::to_string(spec.port == 0 ? 5432 : spec.port));
  Add("user", spec.username);
  Add("password", spec.password);
  Add("passfile", kNoFile);
  Add("dbname", OrDefault(spec.database, "postgres"));
  Add("application_name", "argus");
  Add("client_encoding", "UTF8");
  Add("gssencmode", "disable");
  // A silent network is noticed within about a minute, also by a cancel under way.
  Add("keepalives_idle", "30");
  Add("keepalives_interval", "10");
  Add("keepalives_count", "3");
  Add("tcp_user_timeout", "60000");
}

Status ConnectParams::AddTls(const v1::TlsConfig& tls) {
  Add("sslmode", SslMode(tls.mode()));
  ARGUS_RETURN_IF_ERROR(
      AddPem("sslrootcert", tls.ca_certificate(), Verifies(tls.mode()) ? kSystemAuthorities : kNoFile));
  ARGUS_RETURN_IF_ERROR(AddPem("sslcert", tls.client_certificate(), kNoFile));
  return AddPem("sslkey", tls.client_key(), kNoFile);
}

Status ConnectParams::AddPem(const char* keyword, const std::string& pem, const char* otherwise) {
  if (pem.empty()) {
    Add(keyword, otherwise);
    return Ok();
  }
  const int file = memfd_create(keyword, MFD_CLOEXEC);
  if (file >= 0) files_.push_back(file);
  if (file < 0 || fchmod(file, S_IRUSR | S_IWUSR) != 0 || !WriteAll(file, pem)) {
    return Error(Code::kInternal, reasons::kFileError, "a certificate cannot be kept in memory");
  }
  Add(keyword, fmt::format("/proc/self/fd/{}", file));
  return Ok();
}

}  // namespace argus::target::postgres
