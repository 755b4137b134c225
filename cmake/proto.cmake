# argus_proto_library(NAME <target> ROOT <folder> FILES <path below ROOT>... [DEPENDS <proto library>...])
#
# Generates C++ messages and service descriptors (no gRPC stubs: services are served generically) and compiles them into
# a static library. Headers are included by their path below ROOT. DEPENDS names every proto library that is imported,
# directly or not; it may be defined later.
find_program(ARGUS_PROTOC protoc REQUIRED)
set(ARGUS_PROTO_OUT ${CMAKE_BINARY_DIR}/gen)
define_property(TARGET PROPERTY ARGUS_PROTO_ROOT BRIEF_DOCS "import folder" FULL_DOCS "where its imports are resolved")

function(argus_proto_library)
  cmake_parse_arguments(P "" "NAME;ROOT" "FILES;DEPENDS" ${ARGN})
  set(imports -I${P_ROOT})
  foreach(dependency IN LISTS P_DEPENDS)
    list(APPEND imports "-I$<TARGET_PROPERTY:${dependency},ARGUS_PROTO_ROOT>")
  endforeach()
  list(TRANSFORM P_FILES PREPEND "${P_ROOT}/" OUTPUT_VARIABLE inputs)
  list(TRANSFORM P_FILES REPLACE "\\.proto$" ".pb.cc" OUTPUT_VARIABLE sources)
  list(TRANSFORM sources PREPEND "${ARGUS_PROTO_OUT}/")
  list(TRANSFORM sources REPLACE "\\.cc$" ".h" OUTPUT_VARIABLE headers)

  file(MAKE_DIRECTORY ${ARGUS_PROTO_OUT})
  add_custom_command(OUTPUT ${sources} ${headers} DEPENDS ${inputs} VERBATIM COMMENT "Generating ${P_NAME}"
                     COMMAND ${ARGUS_PROTOC} ${imports} --cpp_out=${ARGUS_PROTO_OUT} ${inputs})
  add_library(${P_NAME} STATIC ${sources} ${headers})
  target_compile_options(${P_NAME} PRIVATE -w)
  target_include_directories(${P_NAME} SYSTEM PUBLIC ${ARGUS_PROTO_OUT})
  target_link_libraries(${P_NAME} PUBLIC ${P_DEPENDS} protobuf::libprotobuf)
  set_target_properties(${P_NAME} PROPERTIES ARGUS_PROTO_ROOT ${P_ROOT})
endfunction()
