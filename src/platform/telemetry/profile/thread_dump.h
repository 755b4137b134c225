// What every thread of the process does at this moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "platform/telemetry/profile/profile.h"
#include "platform/telemetry/symbols/symbolizer.h"

namespace argus::profile {

struct ThreadSnapshot {
  int tid = 0;
  std::string name;
  char state = '?';  // as /proc has it: R running, S sleeping, D in the kernel
  std::chrono::milliseconds cpu{0};
  std::vector<std::uintptr_t> stack;                       // addresses of instructions; empty when it did not answer
  std::vector<std::pair<std::string, std::string>> work;   // labels and notes, innermost first
};

// All threads, one after the other, each interrupted for some microseconds by a real-time signal; interruptible system
// calls are restarted, but poll(2) and its like return EINTR. A thread that does not answer in time, as one in the
// kernel's hands, is listed without a stack. Thread-safe: dumps take turns. Takes at most about a second.
std::vector<ThreadSnapshot> SnapshotThreads();

// Counts threads by stack, name and labels.
Profile ThreadProfile(const std::vector<ThreadSnapshot>& threads);
// Counts threads by the function that they were started with and their name.
Profile ThreadCreateProfile(const std::vector<ThreadSnapshot>& threads);
// For people.
std::string ThreadText(const std::vector<ThreadSnapshot>& threads, const symbols::Symbolizer& symbolizer);

}  // namespace argus::profile
