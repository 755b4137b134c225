// One reading of the tables of this process by elfutils. Not thread-safe.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/telemetry/symbols/function_table.h"
#include "platform/telemetry/symbols/scope_index.h"

namespace argus::symbols {

class DebugInfo {
 public:
  struct Line {
    std::string_view file;  // empty: unknown
    unsigned number = 0;
  };

  // Reads the list of loaded objects; everything else when it is asked for. Finds nothing where that fails.
  DebugInfo();

  // One function whose code stands at an address; several when some were inlined.
  struct Frame {
    const char* function = nullptr;  // mangled, or plain where there is no such name; null: unknown
    Line line;                       // within that function
  };

  // Views and pointers live as long as this.

  // Null when no object has a function there.
  const Function* FunctionAt(std::uintptr_t pc);
  Line LineAt(std::uintptr_t pc) const;
  // The inlined functions, innermost first, and last the function that was called. Never empty.
  std::vector<Frame> FramesAt(std::uintptr_t pc);
  // Lower-case hex.
  std::string BuildIdAt(std::uintptr_t pc) const;

 private:
  struct End {
    void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
  };

  std::unique_ptr<Dwfl, End> dwfl_;
  std::unordered_map<Dwfl_Module*, FunctionTable> functions_;
  std::unordered_map<Dwarf_Die*, ScopeIndex> scopes_;  // by unit
};

}  // namespace argus::symbols
