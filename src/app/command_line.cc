#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace argus::app {
namespace {

void AddServerFlags(CLI::App& app, CommandLine& line, std::int64_t& drain_seconds) {
  ServerOptions& server = line.server;
  app.add_option("--address", server.address, "Address to listen on, for HTTP and gRPC")
      ->envname("ARGUS_ADDRESS")
      ->capture_default_str();
  app.add_option("--port", server.port, "HTTP port: API, console, health, metrics; 0 takes a free one")
      ->envname("ARGUS_PORT")
      ->capture_default_str();
  app.add_option("--grpc-port", server.grpc_port, "gRPC port; 0 takes a free one")
      ->envname("ARGUS_GRPC_PORT")
      ->capture_default_str();
  app.add_option("--data-dir", server.data_dir, "Folder for everything that Argus keeps on this machine")
      ->envname("ARGUS_DATA_DIR")
      ->capture_default_str();
  app.add_option("--metastore-url", server.metastore_url,
                 "Metastore: postgresql://… or sqlite:<path>; empty is SQLite in the data directory")
      ->envname("ARGUS_METASTORE_URL");
  app.add_option("--metastore-url-file", server.metastore_url_file, "File that holds the metastore URL")
      ->envname("ARGUS_METASTORE_URL_FILE");
  app.add_option("--external-url", server.external_url, "URL by which users reach this server")
      ->envname("ARGUS_EXTERNAL_URL");
  app.add_option(
         "--metrics-address", server.metrics_address,
         "host:port of a listener of its own for /metrics; empty leaves it on the HTTP port")
      ->envname("ARGUS_METRICS_ADDRESS");
  app.add_option("--metrics-token-file", server.metrics_token_file,
                 "File with the bearer token that /metrics on --metrics-address asks for; empty asks for none")
      ->envname("ARGUS_METRICS_TOKEN_FILE");
  app.add_option("--trusted-proxies", server.trusted_proxies,
                 "CIDRs, separated by commas, whose X-Forwarded-For and X-Real-IP are believed; default none")
      ->envname("ARGUS_TRUSTED_PROXIES")
      ->delimiter(',');
  app.add_option("--key-file", server.key_file,
                 "Keys that encrypt stored secrets; made on first start, shared by replicas; default <data-dir>/keys")
      ->envname("ARGUS_KEY_FILE");
  app.add_option("--secret-refs", server.secret_refs,
                 "What passwordRef of an instance may name, separated by commas: env://NAME or file:///path, * at the end "
                 "for any rest")
      ->envname("ARGUS_SECRET_REFS")
      ->delimiter(',')
      ->default_str("env://ARGUS_SECRET_*,file:///run/secrets/argus/*");
  app.add_option("--drain-timeout", drain_seconds, "Seconds to wait at SIGTERM for requests and task runs to end")
      ->envname("ARGUS_DRAIN_TIMEOUT")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
  app.add_option("--drain-delay", server.drain_delay,
                 "Of that, milliseconds in which new requests are still served while /readyz says 503")
      ->envname("ARGUS_DRAIN_DELAY")
      ->default_str("300")
      ->check(CLI::Range(0, 3'600'000));
  app.add_flag("--native-histograms", server.native_histograms,
               "Export histograms with exponential buckets, too; a scraper that takes them drops the classic ones")
      ->envname("ARGUS_NATIVE_HISTOGRAMS");
  app.add_flag("--enable-json-logging", server.enable_json_logging, "Log JSON Lines instead of readable text")
      ->envname("ARGUS_ENABLE_JSON_LOGGING");
  app.add_flag("--debug", server.debug, "Log at DEBUG; not for production")->envname("ARGUS_DEBUG");
  app.add_flag("--demo", server.demo, "Seed project `play` with databases, environments and a user for each role")
      ->envname("ARGUS_DEMO");
}

void AddClientFlags(CLI::App& command, CommandLine& line) {
  command.add_option("--server", line.client.server, "URL of the server")
      ->envname("ARGUS_SERVER")
      ->capture_default_str();
}

void AddApply(CLI::App& app, CommandLine& line, std::int64_t& timeout_seconds) {
  auto* apply = app.add_subcommand("apply", "Carry SQL files through plan, checks, issue, approval and rollout");
  apply->footer(
      "The token comes from ARGUS_TOKEN or from `argus login`.\n"
      "Exit codes: 0 applied, 1 error, 2 checks failed, 3 not approved, 4 rollout failed, 5 outcome unknown, 6 timed "
      "out.");
  AddClientFlags(*apply, line);
  apply->add_option("--project", line.apply.project, "Project, e.g. play")->required()->envname("ARGUS_PROJECT");
  apply
      ->add_option("--database", line.apply.databases,
                   "Target, <instance>/<database> or its resource name; may be repeated")
      ->required();
  apply->add_option("--title", line.apply.title, "Title of plan, issue and rollout; default the file names");
  apply->add_option("--ticket", line.apply.ticket, "Reference in an outside tracker, e.g. CHG-1234");
  apply->add_option("--timeout", timeout_seconds, "Seconds to wait for everything, approval included")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  apply->add_option("files", line.apply.files, "SQL files, in the order in which they run")
      ->required()
      ->check(CLI::ExistingFile);
  apply->callback([&line] { line.action = CommandLine::Action::kApply; });
}

void AddSignIn(CLI::App& app, CommandLine& line) {
  auto* login = app.add_subcommand(
      "login", "Sign in and keep the tokens for later commands (password from ARGUS_PASSWORD or asked)");
  AddClientFlags(*login, line);
  login->add_option("--login-id", line.client.login_id, "Who signs in")->required();
  login->callback([&line] { line.action = CommandLine::Action::kLogin; });
  auto* logout = app.add_subcommand("logout", "End the session that `argus login` began");
  AddClientFlags(*logout, line);
  logout->callback([&line] { line.action = CommandLine::Action::kLogout; });
}

// Commands that work on the metastore and key file of the server's own flags, offline.
void AddOffline(CLI::App& app, CommandLine& line) {
  auto* user = app.add_subcommand("user", "Work on users without a running server");
  user->require_subcommand(1);
  auto* reset = user->add_subcommand("reset-password", "Give a user a new password (from ARGUS_PASSWORD or asked)");
  reset->add_option("login-id", line.user, "Whose password")->required();
  reset->callback([&line] { line.action = CommandLine::Action::kResetPassword; });
  auto* keys = app.add_subcommand("keys", "Work on the key file");
  keys->require_subcommand(1);
  auto* rotate = keys->add_subcommand("rotate", "Add a new key and encrypt every stored secret with it");
  rotate->callback([&line] { line.action = CommandLine::Action::kRotateKeys; });
  for (auto* command : {user, reset, keys, rotate}) command->fallthrough();
}

void AddRest(CLI::App& app, CommandLine& line) {
  app.add_subcommand("version", "Print the version")->callback([&line] {
    line.action = CommandLine::Action::kVersion;
  });
  auto* reference = app.add_subcommand("reference", "Print a page of docs/reference")->group("");
  reference->add_option("page", line.reference_page)->required();
  reference->callback([&line] { line.action = CommandLine::Action::kReference; });
  app.add_subcommand("sql-parser-worker", "")->group("")->callback([&line] {
    line.action = CommandLine::Action::kParserWorker;
  });
}

std::string EnvironmentValue(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Parsed ParseCommandLine(int argc, char** argv) {
  Parsed parsed;
  CommandLine& line = parsed.command;
  CLI::App app("Argus carries database changes from idea to committed row. Without a subcommand it serves.", "argus");
  std::int64_t drain_seconds = 25;
  std::int64_t apply_seconds = 3600;
  AddServerFlags(app, line, drain_seconds);
  AddApply(app, line, apply_seconds);
  AddSignIn(app, line);
  AddOffline(app, line);
  AddRest(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    return {.command = {}, .exit = true, .exit_code = app.exit(stop) == 0 ? 0 : 1};
  }
  line.server.drain_timeout = std::chrono::seconds(drain_seconds);
  line.apply.timeout = std::chrono::seconds(apply_seconds);
  line.client.token = EnvironmentValue("ARGUS_TOKEN");
  line.client.password = EnvironmentValue("ARGUS_PASSWORD");
  line.server.admin_password = EnvironmentValue("ARGUS_ADMIN_PASSWORD");
  return parsed;
}

std::string FlagsReference() {
  CommandLine line;
  std::int64_t drain_seconds = 25;
  CLI::App app;
  AddServerFlags(app, line, drain_seconds);
  std::string page =
      "# Flags of the server\n\nGenerated by `argus reference flags`.\n\n| flag | variable | default | meaning "
      "|\n|---|---|---|---|\n";
  for (const auto* option : app.get_options([](const CLI::Option* o) { return !o->get_envname().empty(); })) {
    page += fmt::format("| `{}` | `{}` | {} | {} |\n", option->get_name(), option->get_envname(),
                        option->get_default_str().empty() ? "" : "`" + option->get_default_str() + "`",
                        option->get_description());
  }
  page +=
      "\n`ARGUS_ADMIN_PASSWORD` gives the first `admin` its password; it has no flag, so that it is never seen in a "
      "process list.\n";
  return page;
}

}  // namespace argus::app
