#include "cli/sign_in.h"

#include <fmt/ostream.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "cli/api_client.h"
#include "cli/credentials.h"
#include "platform/base/reasons.h"

namespace argus::cli {
namespace {

// Turns the terminal's echo off while it lives.
class NoEcho {
 public:
  NoEcho() : active_(tcgetattr(STDIN_FILENO, &saved_) == 0) {
    if (!active_) return;
    termios silent = saved_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~NoEcho() {
    if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
  }

 private:
  termios saved_{};
  const bool active_;
};

}  // namespace

Result<std::string> AskPassword(const std::string& prompt) {
  const NoEcho silent;
  if (isatty(STDIN_FILENO)) std::cerr << prompt << std::flush;
  std::string password;
  if (!std::getline(std::cin, password) || password.empty()) {
    return Error(Code::kInvalidArgument, reasons::kMissingField, "No password was given.");
  }
  if (isatty(STDIN_FILENO)) std::cerr << '\n';
  return password;
}

Status Login(const std::string& server, const std::string& login_id, std::string password, std::ostream& out) {
  if (password.empty()) {
    ARGUS_ASSIGN(password, AskPassword(fmt::format("Password of {}: ", login_id)));
  }
  auto client = ApiClient::Anonymous(server);
  v1::LoginRequest request;
  request.set_login_id(login_id);
  request.set_password(std::move(password));
  ARGUS_ASSIGN(const auto tokens, client.Call<v1::LoginResponse>(request));
  ARGUS_RETURN_IF_ERROR(SaveCredentials(client.server(), tokens));
  fmt::print(out, "Signed in to {} as {}.\n", client.server(), tokens.user());
  return Ok();
}

Status Logout(const std::string& server) {
  auto client = ApiClient::Connect(server, "");
  auto ended = client.Call<v1::LogoutResponse>(v1::LogoutRequest());
  ARGUS_RETURN_IF_ERROR(RemoveCredentials(client.server()));
  if (!ended.ok() && ended.error().code() != Code::kUnauthenticated) return std::move(ended).error();
  return Ok();
}

}  // namespace argus::cli
