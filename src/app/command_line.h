// argv -> options. The one place that knows flags, environment variables and subcommands.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/server_options.h"
#include "cli/apply.h"

namespace CLI {
class App;
}

namespace argus::app {

struct ClientOptions {
  std::string server = "http://127.0.0.1:8080";
  std::string token;  // ARGUS_TOKEN only
  std::string login_id;
  std::string password;  // ARGUS_PASSWORD only; asked for where empty
};

struct CommandLine {
  enum class Action {
    kServe,
    kApply,
    kLogin,
    kLogout,
    kVersion,
    kResetPassword,
    kRotateKeys,
    kReference,
    kParserWorker
  };
  Action action = Action::kServe;
  ServerOptions server;
  ClientOptions client;
  cli::ApplyOptions apply;
  std::string user;            // user reset-password
  std::string reference_page;  // reference
};

// Either the command line, or the code to exit with: --help and --version have printed their text, mistakes their
// message.
struct Parsed {
  CommandLine command;
  bool exit = false;
  int exit_code = 0;
};
Parsed ParseCommandLine(int argc, char** argv);

// The server's flags with variable, default and help: docs/reference/flags.md.
std::string FlagsReference();

}  // namespace argus::app
