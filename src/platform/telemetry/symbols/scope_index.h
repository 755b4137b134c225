// Which functions were inlined into which, for one compilation unit of the debug information.
#pragma once

#include <elfutils/libdw.h>

#include <vector>

namespace argus::symbols {

// Reads the unit once; a question then costs a search and a walk through one function.
class ScopeIndex {
 public:
  explicit ScopeIndex(Dwarf_Die* unit);

  // The inlined functions at `pc` (an address as in the file), innermost first.
  std::vector<Dwarf_Die> InlinedAt(Dwarf_Addr pc) const;

 private:
  struct Range {
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    Dwarf_Die function;
  };

  void AddFunctions(Dwarf_Die* scope);
  void AddRanges(Dwarf_Die* function);

  std::vector<Range> ranges_;  // by begin
};

}  // namespace argus::symbols
