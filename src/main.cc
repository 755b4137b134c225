// argv -> options -> app or cli.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "app/command_line.h"
#include "app/log_events.h"
#include "app/offline.h"
#include "app/reference.h"
#include "app/server.h"
#include "app/version.h"
#include "cli/apply.h"
#include "cli/sign_in.h"
#include "platform/base/clock.h"
#include "platform/telemetry/log/crash_handler.h"
#include "platform/telemetry/log/journal_output.h"
#include "platform/telemetry/log/logger.h"
#include "review/parser_worker.h"

// Read by jemalloc, where it is linked, before anything runs: ready to sample allocations, which costs nothing until
// --debug has it begin.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "prof:true,prof_active:false,prof_accum:true,lg_prof_sample:19";
}

namespace argus {
namespace {

using app::CommandLine;

int Fail(const Error& error) {
  fmt::print(stderr, "argus: {} [{}]\n", error.message(), error.reason().name);
  for (const auto& field : error.fields()) fmt::print(stderr, "  {}: {}\n", field.field, field.description);
  return 1;
}

int Report(const Status& status) { return status.ok() ? 0 : Fail(status.error()); }

// Blocks until SIGTERM or SIGINT; both were blocked in every thread before the first was made.
void AwaitSignal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
}

// Under systemd readable text becomes journald's own entries; JSON stays on standard output, where it is asked for.
log::Options LogOptions(const app::ServerOptions& options) {
  log::Options log;
  log.json = options.enable_json_logging;
  log.level = options.debug ? log::Level::kDebug : log::Level::kInfo;
  if (!log.json && log::StderrIsJournal()) log.journal_socket = log::kJournalSocket;
  return log;
}

int Serve(app::ServerOptions options) {
  options.trace = trace::FromEnvironment(std::getenv, app::kVersion, options.misread_trace);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  const auto began = clock.Monotonic();
  log::Logger logger(LogOptions(options));
  const log::CrashHandler crash_handler(logger);
  auto server = app::Server::Start(options, clock, logger);
  if (!server.ok()) {
    logger.Flush();
    return Fail(server.error());
  }
  const auto ready = std::chrono::duration_cast<std::chrono::milliseconds>(clock.Monotonic() - began);
  logger.Log({}, app::kServerReady,
             {{"http_port", (*server)->http_port()},
              {"grpc_port", (*server)->grpc_port()},
              {"duration_ms", ready.count()},
              {"version", app::kVersion}});
  AwaitSignal(signals);
  logger.Log({}, app::kServerDraining);
  if (!(*server)->Drain(options.drain_timeout)) logger.Log({}, app::kDrainCut);
  server->reset();
  logger.Log({}, app::kServerStopped);
  return 0;
}

int Run(const CommandLine& line) {
  switch (line.action) {
    case CommandLine::Action::kServe:
      return Serve(line.server);
    case CommandLine::Action::kApply: {
      auto client = cli::ApiClient::Connect(line.client.server, line.client.token);
      return cli::Apply(client, line.apply, std::cout, std::cerr);
    }
    case CommandLine::Action::kLogin:
      return Report(cli::Login(line.client.server, line.client.login_id, line.client.password, std::cout));
    case CommandLine::Action::kLogout:
      return Report(cli::Logout(line.client.server));
    case CommandLine::Action::kResetPassword:
      return Report(app::ResetPassword(line.server, line.user, line.client.password));
    case CommandLine::Action::kRotateKeys:
      return Report(app::RotateKeys(line.server, std::cout));
    case CommandLine::Action::kReference:
      return Report(app::PrintReference(line.reference_page, std::cout));
    case CommandLine::Action::kParserWorker: return review::RunParserWorker(0, 1);
    case CommandLine::Action::kVersion:
      break;
  }
  fmt::print("argus {} ({})\n", app::kVersion, app::kGitCommit);
  return 0;
}

}  // namespace
}  // namespace argus

int main(int argc, char** argv) {
  const argus::app::Parsed parsed = argus::app::ParseCommandLine(argc, argv);
  return parsed.exit ? parsed.exit_code : argus::Run(parsed.command);
}
