// For tests: a blocking TCP client that sends what it is told, well-formed or not.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace argus::net {

// One connection to 127.0.0.1. Reads give up after ten seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  // False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Everything up to and including `mark`, or what came before the end.
  std::string ReadUntil(std::string_view mark) {
    while (received_.find(mark) == std::string::npos && Receive()) {
    }
    const auto at = received_.find(mark);
    return Take(at == std::string::npos ? received_.size() : at + mark.size());
  }

  std::string ReadToEnd() {
    while (Receive()) {
    }
    return Take(received_.size());
  }

  // One response with a Content-Length.
  std::string ReadResponse() {
    std::string response = ReadUntil("\r\n\r\n");
    const auto at = response.find("Content-Length: ");
    if (at == std::string::npos) return response;
    const auto length = static_cast<std::size_t>(std::atoi(response.c_str() + at + 16));
    while (received_.size() < length && Receive()) {
    }
    return response + Take(std::min(length, received_.size()));
  }

  void Close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  bool Receive() {
    char buffer[16 * 1024];
    const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
    if (size <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }
  std::string Take(std::size_t count) {
    std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  int socket_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace argus::net
