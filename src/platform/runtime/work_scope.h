// What the calling thread works on, for those who look at threads from outside: profiles and thread dumps. Telemetry
// only; nothing may decide by it.
#pragma once

#include <atomic>
#include <string_view>

namespace argus {

// One thing said about the current work; they form a list from the innermost outwards. The thread's own signal handlers
// may read it at any time.
struct WorkItem {
  const char* key;
  std::string_view text;
  bool lasting;           // `text` lives as long as the process
  const WorkItem* outer;
};

inline thread_local constinit const WorkItem* current_work = nullptr;

// Says something about the thread's work until it is destroyed, on the same thread, innermost first. Never held across
// a suspension point of a coroutine.
class WorkScope {
 public:
  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;
  ~WorkScope() {
    current_work = item_.outer;
    std::atomic_signal_fence(std::memory_order_release);
  }

 protected:
  WorkScope(const char* key, std::string_view text, bool lasting) : item_{key, text, lasting, current_work} {
    std::atomic_signal_fence(std::memory_order_release);
    current_work = &item_;
  }

 private:
  const WorkItem item_;
};

// A label of every sample taken meanwhile. Key and value must live as long as the process and come from a small set:
// literals, names in descriptors.
class WorkLabel : public WorkScope {
 public:
  WorkLabel(const char* key, const char* value) : WorkScope(key, value, true) {}
};

// A copy of `text` that lives as long as the process, always the same for equal texts: for names of a small set. Thread-safe.
const char* LastingText(std::string_view text);

// Shown in thread dumps only, so the text may be anything that outlives the scope unchanged: an id, a resource's name.
class WorkNote : public WorkScope {
 public:
  WorkNote(const char* key, std::string_view text) : WorkScope(key, text, false) {}
};

}  // namespace argus
