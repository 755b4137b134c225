#include "platform/telemetry/trace/ids.h"

#include <cstdint>
#include <random>

namespace argus::trace {
namespace {

// Ids need to be different, not secret: one generator a thread, seeded by the system.
std::mt19937_64& Generator() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator;
}

void AppendRandom(std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::uint64_t bits = 0;
  while (bits == 0) bits = Generator()();
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(bits >> shift) & 15];
}

}  // namespace

std::string NewSpanId() {
  std::string id;
  id.reserve(16);
  AppendRandom(id);
  return id;
}

std::string NewTraceId() {
  std::string id;
  id.reserve(32);
  AppendRandom(id);
  AppendRandom(id);
  return id;
}

}  // namespace argus::trace
