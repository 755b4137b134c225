#include "platform/telemetry/profile/heap_text.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "platform/base/reasons.h"

namespace argus::profile {
namespace {

constexpr std::string_view kMagic = "heap_v2/";

// Reads from the front of a text; what it cannot read is nullopt and stays.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool empty() const { return rest_.empty(); }
  bool Skip(std::string_view expected) {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  template <typename T>
  std::optional<T> Number(int base = 10) {
    Skip("");
    T value{};
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  std::string_view Line() {
    const auto end = rest_.find('\n');
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    return line;
  }

 private:
  std::string_view rest_;
};

struct Counts {
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
};

// An allocation of s bytes is sampled with probability 1 − e^(−s/rate).
Counts Scaled(Counts sampled, double rate) {
  if (sampled.objects <= 0 || sampled.bytes <= 0) return {};
  const double mean = static_cast<double>(sampled.bytes) / static_cast<double>(sampled.objects);
  const double scale = 1 / (1 - std::exp(-mean / rate));
  return {std::llround(static_cast<double>(sampled.objects) * scale),
          std::llround(static_cast<double>(sampled.bytes) * scale)};
}

std::optional<Counts> ReadCounts(Reader& line) {
  const auto objects = line.Number<std::int64_t>();
  if (!objects || !line.Skip(":")) return std::nullopt;
  const auto bytes = line.Number<std::int64_t>();
  if (!bytes) return std::nullopt;
  return Counts{*objects, *bytes};
}

std::vector<std::uintptr_t> ReadStack(Reader line) {
  std::vector<std::uintptr_t> stack;
  while (line.Skip("0x")) {
    const auto address = line.Number<std::uintptr_t>(16);
    if (!address || *address == 0) break;
    stack.push_back(*address - 1);
  }
  return stack;
}

// "28106: 56637512 [0: 0]"
bool AddTotals(Reader line, double rate, std::vector<std::uintptr_t> stack, Profile& profile) {
  const auto live = ReadCounts(line);
  if (!live || !line.Skip("[")) return false;
  const auto ever = ReadCounts(line);
  if (!ever) return false;
  const Counts inuse = Scaled(*live, rate), alloc = Scaled(*ever, rate);
  const std::int64_t values[] = {alloc.objects, alloc.bytes, inuse.objects, inuse.bytes};
  profile.Add({std::move(stack), {}}, values);
  return true;
}

Error NotAHeapProfile() {
  return Error(Code::kInternal, reasons::kInternal, "the allocator wrote no heap profile that could be read");
}

}  // namespace

Result<Profile> ParseHeapText(std::string_view text) {
  Reader reader(text);
  if (!reader.Skip(kMagic)) return NotAHeapProfile();
  const auto rate = Reader(reader.Line()).Number<std::int64_t>();
  if (!rate || *rate <= 0) return NotAHeapProfile();
  Profile profile;
  profile.types = {
      {"alloc_objects", "count"}, {"alloc_space", "bytes"}, {"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  profile.period_type = {"space", "bytes"};
  profile.period = *rate;
  std::optional<std::vector<std::uintptr_t>> stack;  // of the lines that follow
  while (!reader.empty()) {
    Reader line(reader.Line());
    if (line.Skip("MAPPED_LIBRARIES:")) break;
    if (line.Skip("@")) {
      stack = ReadStack(line);
    } else if (stack && line.Skip("t*:")) {
      if (!AddTotals(line, static_cast<double>(*rate), *std::exchange(stack, std::nullopt), profile)) {
        return NotAHeapProfile();
      }
    }
  }
  return profile;
}

}  // namespace argus::profile
