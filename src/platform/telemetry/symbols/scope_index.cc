#include "platform/telemetry/symbols/scope_index.h"

#include <dwarf.h>

#include <algorithm>
#include <cstddef>

namespace argus::symbols {
namespace {

// Calls `visit(child)` for each until it gives false.
template <typename Visit>
void ForEachChild(Dwarf_Die* parent, Visit visit) {
  Dwarf_Die child;
  if (dwarf_child(parent, &child) != 0) return;
  while (visit(&child) && dwarf_siblingof(&child, &child) == 0) {
  }
}

// The child within which `pc` stands; false when there is none.
bool Descend(Dwarf_Die* scope, Dwarf_Addr pc, Dwarf_Die* into) {
  bool found = false;
  ForEachChild(scope, [&](Dwarf_Die* child) {
    const int tag = dwarf_tag(child);
    const bool is_scope = tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block;
    found = is_scope && dwarf_haspc(child, pc) == 1;
    if (found) *into = *child;
    return !found;
  });
  return found;
}

}  // namespace

ScopeIndex::ScopeIndex(Dwarf_Die* unit) {
  AddFunctions(unit);
  std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  ranges_.shrink_to_fit();
}

void ScopeIndex::AddFunctions(Dwarf_Die* scope) {
  ForEachChild(scope, [this](Dwarf_Die* child) {
    if (dwarf_tag(child) == DW_TAG_namespace) AddFunctions(child);
    if (dwarf_tag(child) == DW_TAG_subprogram) AddRanges(child);
    return true;
  });
}

void ScopeIndex::AddRanges(Dwarf_Die* function) {
  Dwarf_Addr base = 0;
  Range range{0, 0, *function};
  for (std::ptrdiff_t at = 0; (at = dwarf_ranges(function, at, &base, &range.begin, &range.end)) > 0;) {
    ranges_.push_back(range);
  }
}

std::vector<Dwarf_Die> ScopeIndex::InlinedAt(Dwarf_Addr pc) const {
  std::vector<Dwarf_Die> inlined;
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), pc,
                                      [](Dwarf_Addr address, const Range& range) { return address < range.begin; });
  if (after == ranges_.begin() || pc >= std::prev(after)->end) return inlined;
  Dwarf_Die scope = std::prev(after)->function;
  Dwarf_Die next;
  for (; Descend(&scope, pc, &next); scope = next) {
    if (dwarf_tag(&next) == DW_TAG_inlined_subroutine) inlined.insert(inlined.begin(), next);
  }
  return inlined;
}

}  // namespace argus::symbols
