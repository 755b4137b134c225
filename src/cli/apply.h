// `argus apply`: carries SQL files through plan, checks, issue, approval and rollout, for people and for CI.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include "cli/api_client.h"

namespace argus::cli {

struct ApplyOptions {
  std::string project;                 // "play" or "projects/play"
  std::vector<std::string> databases;  // "instances/dev/databases/shop" or "dev/shop"
  std::vector<std::string> files;      // in the order in which they run on each database
  std::string title;                   // empty: made from the file names
  std::string ticket;
  std::chrono::seconds timeout{3600};  // for everything, waiting for approval included
};

// What the process exits with.
enum ApplyExit : int {
  kApplied = 0,
  kApplyError = 1,      // usage, files, network, permissions
  kChecksFailed = 2,    // a check found errors; nothing was run
  kNotApproved = 3,     // rejected or canceled; nothing was run
  kRolloutFailed = 4,   // a task failed or was canceled
  kOutcomeUnknown = 5,  // a task's outcome cannot be proven: a person must look
  kTimedOut = 6,        // the change goes on without us
};

// Prints a line a step to `out` and what went wrong to `err`.
ApplyExit Apply(ApiClient& client, const ApplyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace argus::cli
