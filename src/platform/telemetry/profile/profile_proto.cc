#include "platform/telemetry/profile/profile_proto.h"

#include <algorithm>
#include <unordered_map>

#include "github.com/google/pprof/proto/profile.pb.h"

namespace argus::profile {
namespace {

namespace pb = perftools::profiles;

class Encoder {
 public:
  explicit Encoder(const symbols::Symbolizer& symbolizer) : symbolizer_(symbolizer) {
    Text("");  // index 0 by definition
    for (const auto& mapping : symbolizer.Mappings()) AddMapping(mapping);
  }

  std::string Encode(const Profile& profile) {
    for (const auto& type : profile.types) Write(type, *out_.add_sample_type());
    for (const auto& [key, values] : profile.samples) AddSample(key, values);
    Write(profile.period_type, *out_.mutable_period_type());
    out_.set_period(profile.period);
    out_.set_time_nanos(ToMicros(profile.time) * 1000);
    out_.set_duration_nanos(profile.duration.count());
    if (!profile.default_type.empty()) out_.set_default_sample_type(Text(profile.default_type));
    for (const auto& comment : profile.comments) out_.add_comment(Text(comment));
    return out_.SerializeAsString();
  }

 private:
  std::int64_t Text(const std::string& text) {
    const auto [found, fresh] = texts_.try_emplace(text, out_.string_table_size());
    if (fresh) out_.add_string_table(text);
    return found->second;
  }

  void Write(const ValueType& type, pb::ValueType& to) {
    to.set_type(Text(type.type));
    to.set_unit(Text(type.unit));
  }

  void AddMapping(const symbols::Mapping& from) {
    auto& to = *out_.add_mapping();
    to.set_id(static_cast<std::uint64_t>(out_.mapping_size()));
    to.set_memory_start(from.start);
    to.set_memory_limit(from.limit);
    to.set_file_offset(from.offset);
    to.set_filename(Text(from.file));
    to.set_build_id(Text(from.build_id));
    to.set_has_functions(true);
    to.set_has_filenames(true);
    to.set_has_line_numbers(true);
    to.set_has_inline_frames(true);
  }

  void AddSample(const SampleKey& key, const std::vector<std::int64_t>& values) {
    auto& sample = *out_.add_sample();
    for (const auto address : key.stack) sample.add_location_id(LocationOf(address));
    for (const auto value : values) sample.add_value(value);
    for (const auto& [name, text] : key.labels) {
      auto& label = *sample.add_label();
      label.set_key(Text(name));
      label.set_str(Text(text));
    }
  }

  std::uint64_t LocationOf(std::uintptr_t address) {
    const auto [found, fresh] = locations_.try_emplace(address, out_.location_size() + 1);
    if (!fresh) return found->second;
    auto& location = *out_.add_location();
    location.set_id(found->second);
    location.set_mapping_id(MappingOf(address));
    location.set_address(address);
    for (const auto& source : symbolizer_.Frames(address)) {
      auto& line = *location.add_line();
      line.set_function_id(FunctionOf(source));
      line.set_line(source.line);
    }
    return found->second;
  }

  // 0: none.
  std::uint64_t MappingOf(std::uintptr_t address) const {
    const auto found = std::ranges::find_if(out_.mapping(), [&](const pb::Mapping& mapping) {
      return address >= mapping.memory_start() && address < mapping.memory_limit();
    });
    return found == out_.mapping().end() ? 0 : found->id();
  }

  std::uint64_t FunctionOf(const symbols::Location& source) {
    const auto id = functions_.try_emplace(source.function + '\n' + source.file, out_.function_size() + 1);
    if (id.second) {
      auto& function = *out_.add_function();
      function.set_id(id.first->second);
      function.set_name(Text(source.function));
      function.set_system_name(Text(source.function));
      function.set_filename(Text(source.file));
    }
    return id.first->second;
  }

  const symbols::Symbolizer& symbolizer_;
  pb::Profile out_;
  std::unordered_map<std::string, std::int64_t> texts_;
  std::unordered_map<std::uintptr_t, std::uint64_t> locations_;
  std::unordered_map<std::string, std::uint64_t> functions_;
};

}  // namespace

std::string EncodeProfile(const Profile& profile, const symbols::Symbolizer& symbolizer) {
  return Encoder(symbolizer).Encode(profile);
}

}  // namespace argus::profile
