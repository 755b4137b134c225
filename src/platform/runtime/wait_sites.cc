#include "platform/runtime/wait_sites.h"

#include <algorithm>
#include <memory>

#include "platform/base/stack_trace.h"

namespace argus {
namespace {

constexpr std::size_t kMaxProbes = 32;
constinit std::atomic<bool> recorded{false};

// FNV-1a over words.
std::size_t HashOf(std::span<const std::uintptr_t> frames) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto frame : frames) hash = (hash ^ frame) * 0x100000001b3;
  return hash ^ (hash >> 32);
}

}  // namespace

WaitSite::WaitSite(std::span<const std::uintptr_t> frames) : size_(std::min(frames.size(), kMaxFrames)) {
  std::copy_n(frames.begin(), size_, frames_.begin());
}

void WaitSite::Add(std::chrono::nanoseconds waited) {
  count_.fetch_add(1, std::memory_order_relaxed);
  nanos_.fetch_add(waited.count(), std::memory_order_relaxed);
}

WaitSites::~WaitSites() {
  for (auto& slot : slots_) delete slot.load();
}

__attribute__((noinline)) WaitSite* WaitSites::Here() {
  std::array<std::uintptr_t, WaitSite::kMaxFrames + 1> frames;
  const auto count =
      WalkFrames(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)), CurrentStackBounds(), frames);
  if (count < 2) return nullptr;
  return Find(std::span(frames).subspan(1, count - 1));
}

WaitSite* WaitSites::Find(std::span<const std::uintptr_t> frames) {
  std::unique_ptr<WaitSite> fresh;
  for (std::size_t i = 0, at = HashOf(frames); i < kMaxProbes; ++i, ++at) {
    auto& slot = slots_[at % kCapacity];
    WaitSite* site = slot.load(std::memory_order_acquire);
    if (!site) {
      if (!fresh) fresh = std::make_unique<WaitSite>(frames);
      if (slot.compare_exchange_strong(site, fresh.get(), std::memory_order_acq_rel)) return fresh.release();
    }
    if (std::ranges::equal(site->frames(), frames)) return site;
  }
  return nullptr;
}

std::vector<const WaitSite*> WaitSites::All() const {
  std::vector<const WaitSite*> all;
  for (const auto& slot : slots_) {
    if (const auto* site = slot.load(std::memory_order_acquire)) all.push_back(site);
  }
  return all;
}

// Never destroyed: threads may wait until the process ends.
WaitSites& ContendedHolders() {
  static auto& sites = *new WaitSites;
  return sites;
}

WaitSites& BlockedWaiters() {
  static auto& sites = *new WaitSites;
  return sites;
}

void RecordWaits() { recorded.store(true, std::memory_order_relaxed); }
bool WaitsAreRecorded() { return recorded.load(std::memory_order_relaxed); }

}  // namespace argus
