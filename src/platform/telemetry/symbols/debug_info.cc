#include "platform/telemetry/symbols/debug_info.h"

#include <dwarf.h>
#include <unistd.h>

#include <string>

namespace argus::symbols {
namespace {

// Debug information that stands elsewhere is not looked for: elfutils might ask a server of the network for it.
int FindNoDebugInfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word, char**) { return -1; }

const Dwfl_Callbacks kCallbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = FindNoDebugInfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

// Its own or, for a copy of a function, that of the original.
const char* NameOf(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    if (dwarf_attr_integrate(die, name, &attribute) != nullptr) return dwarf_formstring(&attribute);
  }
  return dwarf_diename(die);
}

unsigned NumberOf(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  const bool known = dwarf_attr(die, name, &attribute) != nullptr && dwarf_formudata(&attribute, &value) == 0;
  return known ? static_cast<unsigned>(value) : 0;
}

// Where the code of an inlined function would have been called.
DebugInfo::Line CallSite(Dwarf_Die* inlined, Dwarf_Die* unit) {
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const unsigned file = NumberOf(inlined, DW_AT_call_file);
  if (dwarf_getsrcfiles(unit, &files, &count) != 0 || file >= count) return {};
  const char* path = dwarf_filesrc(files, file, nullptr, nullptr);
  if (path == nullptr) return {};
  return {path, NumberOf(inlined, DW_AT_call_line)};
}

}  // namespace

DebugInfo::DebugInfo() : dwfl_(dwfl_begin(&kCallbacks)) {
  if (!dwfl_) return;
  const bool reported = dwfl_linux_proc_report(dwfl_.get(), getpid()) == 0;
  if (dwfl_report_end(dwfl_.get(), nullptr, nullptr) != 0 || !reported) dwfl_.reset();
}

const Function* DebugInfo::FunctionAt(std::uintptr_t pc) {
  Dwfl_Module* module = dwfl_ ? dwfl_addrmodule(dwfl_.get(), pc) : nullptr;
  if (module == nullptr) return nullptr;
  return functions_.try_emplace(module, module).first->second.Find(pc);
}

DebugInfo::Line DebugInfo::LineAt(std::uintptr_t pc) const {
  Dwfl_Line* line = dwfl_ ? dwfl_getsrc(dwfl_.get(), pc) : nullptr;
  int number = 0;
  const char* file = line == nullptr ? nullptr : dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr);
  if (file == nullptr) return {};
  return {file, static_cast<unsigned>(number)};
}

std::vector<DebugInfo::Frame> DebugInfo::FramesAt(std::uintptr_t pc) {
  std::vector<Frame> frames;
  Line line = LineAt(pc);
  Dwarf_Addr bias = 0;
  Dwarf_Die* unit = dwfl_ ? dwfl_addrdie(dwfl_.get(), pc, &bias) : nullptr;
  if (unit != nullptr) {
    for (Dwarf_Die& inlined : scopes_.try_emplace(unit, unit).first->second.InlinedAt(pc - bias)) {
      frames.push_back({NameOf(&inlined), line});
      line = CallSite(&inlined, unit);
    }
  }
  const Function* function = FunctionAt(pc);
  frames.push_back({function == nullptr ? nullptr : function->name, line});
  return frames;
}

std::string DebugInfo::BuildIdAt(std::uintptr_t pc) const {
  static constexpr char kDigits[] = "0123456789abcdef";
  Dwfl_Module* module = dwfl_ ? dwfl_addrmodule(dwfl_.get(), pc) : nullptr;
  const unsigned char* bits = nullptr;
  GElf_Addr at = 0;
  GElf_Addr bias = 0;
  if (module == nullptr || dwfl_module_getelf(module, &bias) == nullptr) return {};
  const int size = dwfl_module_build_id(module, &bits, &at);
  std::string hex;
  for (int i = 0; i < size; ++i) {
    hex += kDigits[bits[i] >> 4];
    hex += kDigits[bits[i] & 15];
  }
  return hex;
}

}  // namespace argus::symbols
