// Measures the statements of one caller and tells the observer.
#pragma once

#include <chrono>
#include <string_view>

#include "platform/db/database.h"

namespace argus::db {

// The names of what is not a caller's statement.
inline constexpr std::string_view kBegin = "transaction.begin";
inline constexpr std::string_view kCommit = "transaction.commit";
inline constexpr std::string_view kScript = "transaction.script";

// Each Report covers the time since the one before, or since construction.
class Observation {
 public:
  Observation(const Observer& observer, const RequestContext& ctx) : observer_(observer), ctx_(ctx) { Restart(); }

  void Restart() { since_ = std::chrono::steady_clock::now(); }
  void Report(std::string_view name, bool ok) { ReportAt(name, ok, std::chrono::steady_clock::now()); }
  void ReportAt(std::string_view name, bool ok, MonotonicTime ended) {
    if (observer_) observer_(ctx_, {name, ended - since_, ok});
    since_ = ended;
  }

 private:
  const Observer& observer_;
  const RequestContext& ctx_;
  MonotonicTime since_;
};

}  // namespace argus::db
