// From our specification of a connection to libpq's.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/base/result.h"
#include "target/driver.h"

namespace argus::target::postgres {

// Keywords and values for PQconnectStartParams. libpq 15 takes certificates only as files, so each is kept in a file
// that exists in memory alone; it must live until the connection stands. Movable.
class ConnectParams {
 public:
  static Result<ConnectParams> Make(const ConnectionSpec& spec);
  ConnectParams(ConnectParams&& other) noexcept;
  ConnectParams& operator=(ConnectParams&&) = delete;
  ~ConnectParams();

  // Null-terminated arrays, valid as long as this object.
  std::vector<const char*> keywords() const;
  std::vector<const char*> values() const;

 private:
  ConnectParams() = default;
  void Add(const char* keyword, std::string value) { params_.emplace_back(keyword, std::move(value)); }
  void AddServer(const ConnectionSpec& spec);
  Status AddTls(const v1::TlsConfig& tls);
  Status AddPem(const char* keyword, const std::string& pem, const char* otherwise);

  std::vector<std::pair<const char*, std::string>> params_;
  std::vector<int> files_;
};

}  // namespace argus::target::postgres
