#include "review/parser_pool.h"

#include <utility>

namespace argus::review {

Result<std::unique_ptr<WorkerProcess>> ParserPool::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (idle_ != nullptr) return std::move(idle_);
  }
  return WorkerProcess::Start(options_.worker_binary, options_.worker_args);
}

void ParserPool::Give(std::unique_ptr<WorkerProcess> process) {
  const std::lock_guard lock(mutex_);
  if (idle_ == nullptr) idle_ = std::move(process);
}

}  // namespace argus::review
