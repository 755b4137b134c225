// What travels between the server and the child process that parses: frames of a 32-bit length (host order) and that
// many bytes. Each request gets one reply, in order:
//   open       -> empty      starts a script; forgets the one before
//   statement  -> Parse      of a statement of that script
// Decoding is total: nullopt for anything that the other side cannot have meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contract/contract.h"
#include "review/parser.h"

namespace argus::review {

inline constexpr std::uint32_t kMaxFrameSize = 256u << 20;

struct OpenRequest {
  v1::Engine engine = v1::ENGINE_UNSPECIFIED;
  bool schema_known = false;
  std::vector<std::string> schema;       // SQLite: CREATE statements
  std::uint64_t memory_limit = 0;        // bytes of data; 0: none
  std::uint32_t seconds_a_request = 60;  // The child ends itself when it takes longer; not 0.
};
struct StatementRequest {
  std::string_view text;  // A view into the frame.
};
using Request = std::variant<OpenRequest, StatementRequest>;

std::string Encode(const OpenRequest& request);
std::string Encode(const StatementRequest& request);
std::string Encode(const Parse& parse);
std::optional<Request> DecodeRequest(std::string_view frame);
std::optional<Parse> DecodeParse(std::string_view frame);

}  // namespace argus::review
