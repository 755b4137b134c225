#include "review/parser_worker.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>

#include "review/frame.h"
#include "review/protocol.h"

namespace argus::review {
namespace {

constexpr rlim_t kStackSize = rlim_t{8} << 20;

// Not __SANITIZE_THREAD__, which cmake/toolchain.cmake takes back.
#if defined(__SANITIZE_ADDRESS__) || defined(_GLIBCXX_TSAN)
constexpr bool kShadowMemory = true;
#else
constexpr bool kShadowMemory = false;
#endif

void Limit(int resource, rlim_t soft) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return;
  limit.rlim_cur = std::min(soft, limit.rlim_max);
  setrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
}

// The server ends the child by closing the pipe; signals meant for the server must not look like the fault of a
// statement.
void PrepareProcess() {
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_NAME, "sql-parser");
  Limit(RLIMIT_CORE, 0);
  Limit(RLIMIT_STACK, kStackSize);
}

class Worker {
 public:
  // nullopt: the request makes no sense.
  std::optional<std::string> Answer(std::string_view frame) {
    const auto request = DecodeRequest(frame);
    if (!request) return std::nullopt;
    if (const auto* open = std::get_if<OpenRequest>(&*request)) return Open(*open);
    return Judge(std::get<StatementRequest>(*request));
  }

  unsigned seconds_a_request() const { return seconds_a_request_; }

 private:
  std::string Open(const OpenRequest& request) {
    seconds_a_request_ = request.seconds_a_request;
    if (request.memory_limit != 0 && !kShadowMemory) Limit(RLIMIT_DATA, request.memory_limit);
    const bool postgres = request.engine == v1::POSTGRES;
    parser_ = postgres ? NewPostgresParser() : NewSqliteParser(request.schema, request.schema_known);
    return "";
  }
  std::optional<std::string> Judge(const StatementRequest& request) {
    if (parser_ == nullptr) return std::nullopt;
    return Encode(parser_->Judge(request.text));
  }

  std::unique_ptr<Parser> parser_;
  unsigned seconds_a_request_ = OpenRequest{}.seconds_a_request;
};

}  // namespace

int RunParserWorker(int in_fd, int out_fd) {
  PrepareProcess();
  Worker worker;
  while (const auto request = ReadFrame(in_fd)) {
    // The server watches the time as well, but it may be gone.
    alarm(worker.seconds_a_request());
    const auto answer = worker.Answer(*request);
    if (!answer || !WriteFrame(out_fd, *answer)) return 1;
    alarm(0);
  }
  return 0;
}

}  // namespace argus::review
