// The functions of one loaded object, from its ELF symbol table.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <vector>

namespace argus::symbols {

struct Function {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  const char* name = nullptr;  // mangled; lives as long as the module
};

class FunctionTable {
 public:
  explicit FunctionTable(Dwfl_Module* module);

  // Null when there is none.
  const Function* Find(std::uintptr_t pc) const;

 private:
  std::vector<Function> functions_;  // by begin
};

}  // namespace argus::symbols
