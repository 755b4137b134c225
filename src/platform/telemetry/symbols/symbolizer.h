// Addresses of this process as functions, files and lines, by its own debug information (DWARF, read with elfutils).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace argus::symbols {

struct Location {
  std::string function;  // QualifiedName(): "argus::runner::Loop::Run"; "0x7f…" when nobody knows it
  std::string file;      // as compiled, "src/runner/loop.cc"; empty when unknown
  unsigned line = 0;     // of the address, or of the call that was inlined there; 0 when unknown
};

// One loaded object: the main program or a shared library.
struct Mapping {
  std::uintptr_t start = 0;  // of its executable segment, in memory
  std::uintptr_t limit = 0;  // first byte after it
  std::uint64_t offset = 0;  // of that segment in the file
  std::string file;          // absolute path
  std::string build_id;      // lower-case hex; empty when the linker wrote none
};

// Thread-safe. Costs nothing until the first call, which reads the tables of this process (tens of milliseconds, some
// MiB); an address that was asked for before costs a look-up. Not for signal handlers.
class Symbolizer {
 public:
  Symbolizer();
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  // `pc` is the address of an instruction, as of the innermost frame that a profiler stopped. The inlined functions at
  // the address, innermost first, and last the one that was really called; never empty.
  std::vector<Location> Frames(std::uintptr_t pc) const;
  // The last of Frames(): where in the function that was called.
  Location Resolve(std::uintptr_t pc) const;
  // Return addresses, as stacks hold them, stand after the call they belong to.
  Location ResolveReturn(std::uintptr_t return_address) const { return Resolve(return_address - 1); }

  // The main program first.
  std::vector<Mapping> Mappings() const;

  // Gives back what reading cost; the answers given so far stay known. The next unknown address reads anew.
  void Release() const;

  // The one that everybody shares.
  static const Symbolizer& OfProcess();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::symbols
