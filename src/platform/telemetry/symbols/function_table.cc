#include "platform/telemetry/symbols/function_table.h"

#include <algorithm>

namespace argus::symbols {
namespace {

bool IsFunction(const GElf_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol.st_shndx != SHN_UNDEF && symbol.st_size > 0;
}

bool Before(const Function& a, const Function& b) { return a.begin < b.begin; }

}  // namespace

FunctionTable::FunctionTable(Dwfl_Module* module) {
  const int count = dwfl_module_getsymtab(module);
  for (int i = 0; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    const char* name = dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
    if (name != nullptr && IsFunction(symbol)) functions_.push_back({address, address + symbol.st_size, name});
  }
  std::stable_sort(functions_.begin(), functions_.end(), Before);
  functions_.shrink_to_fit();
}

const Function* FunctionTable::Find(std::uintptr_t pc) const {
  const auto after = std::upper_bound(functions_.begin(), functions_.end(), Function{pc}, Before);
  if (after == functions_.begin()) return nullptr;
  const Function& found = *std::prev(after);
  return pc < found.end ? &found : nullptr;
}

}  // namespace argus::symbols
