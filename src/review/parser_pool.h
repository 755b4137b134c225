// Keeps one idle child process, so that not every script has to start one.
#pragma once

#include <memory>
#include <mutex>

#include "platform/base/result.h"
#include "review/reviewer.h"
#include "review/worker_process.h"

namespace argus::review {

// Thread-safe. As many children run as there are scripts under way.
class ParserPool {
 public:
  explicit ParserPool(ReviewerOptions options) : options_(std::move(options)) {}

  const ReviewerOptions& options() const { return options_; }

  // The idle one or a new one.
  Result<std::unique_ptr<WorkerProcess>> Take();
  // Takes a healthy one back: it keeps one and ends the rest.
  void Give(std::unique_ptr<WorkerProcess> process);

 private:
  const ReviewerOptions options_;
  std::mutex mutex_;
  std::unique_ptr<WorkerProcess> idle_;
};

}  // namespace argus::review
