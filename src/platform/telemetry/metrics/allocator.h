// The memory allocator's own numbers: jemalloc's where the program is linked with it, else those of the C library.
#pragma once

namespace argus::metrics {

// Bytes and numbers since the start of the process; NaN: this allocator does not tell.
struct AllocatorStats {
  double allocated;        // in live objects, rounded up to their size classes
  double active;           // pages that hold live objects
  double idle;             // pages kept for reuse
  double released;         // address space kept whose pages went back to the system
  double metadata;         // the allocator's own
  double allocated_total;  // in all objects ever made
  double mallocs;
  double frees;
};
AllocatorStats ReadAllocatorStats();

// Gives pages that hold nothing back to the system, as far as the allocator holds them idle long enough.
void ReturnIdleMemory();

}  // namespace argus::metrics
