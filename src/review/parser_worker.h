// The child process in which foreign SQL is parsed.
#pragma once

namespace argus::review {

// Answers requests (protocol.h) until `in_fd` ends, then returns the exit code of the process. Takes the whole process:
// sets its limits and signals. Hostile SQL may end it at any time; that is what it is for.
int RunParserWorker(int in_fd, int out_fd);

}  // namespace argus::review
