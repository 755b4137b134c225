#include "domain/instance.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/reasons.h"
#include "domain/resource_name.h"

namespace argus::domain {
namespace {

constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::size_t kMaxPemBytes = 64 << 10;

Error BadField(std::string_view field, std::string rule) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, fmt::format("{}: {}", field, rule))
      .WithField(std::string(field), std::move(rule));
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

Status CheckText(const std::string& text, std::string_view field) {
  if (text.size() <= kMaxTextBytes && !HasControlCharacter(text)) return Ok();
  return BadField(field, fmt::format("at most {} bytes without control characters", kMaxTextBytes));
}

Status CheckAbsent(bool set, std::string_view field, std::string_view engine) {
  return set ? BadField(field, fmt::format("not for {}", engine)) : Ok();
}

Status CheckPem(const std::string& pem, std::string_view field) {
  if (pem.empty() || (pem.size() <= kMaxPemBytes && pem.find("-----BEGIN ") != std::string::npos)) return Ok();
  return BadField(field, "PEM, at most 64 KiB");
}

Status CheckTls(const v1::TlsConfig& tls) {
  if (!v1::TlsConfig::Mode_IsValid(tls.mode())) return BadField("instance.tls.mode", "DISABLE to VERIFY_FULL");
  ARGUS_RETURN_IF_ERROR(CheckPem(tls.ca_certificate(), "instance.tls.caCertificate"));
  ARGUS_RETURN_IF_ERROR(CheckPem(tls.client_certificate(), "instance.tls.clientCertificate"));
  ARGUS_RETURN_IF_ERROR(CheckPem(tls.client_key(), "instance.tls.clientKey"));
  if (!tls.client_key().empty() && tls.client_certificate().empty()) {
    return BadField("instance.tls.clientCertificate", "needed beside a client key");
  }
  return Ok();
}

Status CheckPassword(const v1::Instance& instance) {
  if (instance.password_ref().empty()) return Ok();
  if (!instance.password().empty()) return BadField("instance.passwordRef", "either this or password");
  ARGUS_RETURN_IF_ERROR(CheckText(instance.password_ref(), "instance.passwordRef"));
  const std::string_view ref = instance.password_ref();
  if (ref.starts_with("env://") || ref.starts_with("file:///")) return Ok();
  return BadField("instance.passwordRef", "env://NAME or file:///path");
}

Status CheckPostgres(const v1::Instance& instance) {
  if (instance.port() < 0 || instance.port() > 65535) return BadField("instance.port", "0 to 65535; 0 means 5432");
  ARGUS_RETURN_IF_ERROR(CheckText(instance.host(), "instance.host"));
  ARGUS_RETURN_IF_ERROR(CheckText(instance.username(), "instance.username"));
  ARGUS_RETURN_IF_ERROR(CheckText(instance.admin_database(), "instance.adminDatabase"));
  ARGUS_RETURN_IF_ERROR(CheckAbsent(!instance.data_dir().empty(), "instance.dataDir", "POSTGRES"));
  ARGUS_RETURN_IF_ERROR(CheckPassword(instance));
  return CheckTls(instance.tls());
}

Status CheckSqlite(const v1::Instance& instance) {
  ARGUS_RETURN_IF_ERROR(CheckText(instance.data_dir(), "instance.dataDir"));
  if (!instance.data_dir().starts_with('/')) return BadField("instance.dataDir", "an absolute path on the server");
  for (const auto& [set, field] :
       {std::pair(!instance.host().empty(), "instance.host"), std::pair(instance.port() != 0, "instance.port"),
        std::pair(!instance.username().empty(), "instance.username"),
        std::pair(!instance.password().empty(), "instance.password"),
        std::pair(!instance.password_ref().empty(), "instance.passwordRef"),
        std::pair(!instance.admin_database().empty(), "instance.adminDatabase"),
        std::pair(instance.has_tls(), "instance.tls")}) {
    ARGUS_RETURN_IF_ERROR(CheckAbsent(set, field, "SQLITE"));
  }
  return Ok();
}

}  // namespace

Status CheckInstance(const v1::Instance& instance) {
  ARGUS_RETURN_IF_ERROR(CheckText(instance.title(), "instance.title"));
  if (!instance.environment().empty() && !EnvironmentName::Parse(instance.environment()).ok()) {
    return BadField("instance.environment", "environments/{environment}");
  }
  switch (instance.engine()) {
    case v1::POSTGRES:
      return CheckPostgres(instance);
    case v1::SQLITE:
      return CheckSqlite(instance);
    default:
      return BadField("instance.engine", "POSTGRES or SQLITE");
  }
}

}  // namespace argus::domain
