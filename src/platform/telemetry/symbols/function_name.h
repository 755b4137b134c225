// What a compiler calls a function, as people say it.
#pragma once

#include <string>
#include <string_view>

namespace argus::symbols {

// The qualified name alone, without return type, parameters, template arguments and qualifiers. Takes what demanglers
// write as well as __PRETTY_FUNCTION__ (std::source_location) of GCC:
// "argus::Status argus::runner::Loop<int>::Run(int) const" -> "argus::runner::Loop::Run";
// "argus::(anonymous namespace)::F()::{lambda(int)#1}::operator()(int) const" ->
// "argus::(anonymous namespace)::F::{lambda#1}::operator()".
std::string QualifiedName(std::string_view pretty);

// The same with dots, without the product's own namespace and unnamed ones: "runner.Loop.Run".
std::string DottedName(std::string_view pretty);

}  // namespace argus::symbols
