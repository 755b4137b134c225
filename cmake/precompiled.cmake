# Headers that many read, compiled once: `contract` for modules, `contract_test` and `test` for their test programs. What a
# library defines for those who link it must not change what these headers mean.
function(argus_use_precompiled TARGET SET)
  target_precompile_headers(${TARGET} REUSE_FROM argus_precompiled_${SET})
endfunction()

function(argus_precompile SET)
  cmake_parse_arguments(P "" "" "HEADERS;LINKS;OPTIONS" ${ARGN})
  set(target argus_precompiled_${SET})
  set(empty ${CMAKE_BINARY_DIR}/${target}.cc)
  file(CONFIGURE OUTPUT ${empty} CONTENT "// Nothing but what is precompiled.\n")
  add_library(${target} STATIC ${empty})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE ${P_LINKS})
  target_compile_options(${target} PRIVATE ${P_OPTIONS})
  target_precompile_headers(${target} PRIVATE ${P_HEADERS})
endfunction()

set(contract_header ${CMAKE_SOURCE_DIR}/src/contract/contract.h)
argus_precompile(contract HEADERS ${contract_header} LINKS argus_contract)
if(ARGUS_TESTS)
  argus_precompile(contract_test HEADERS ${contract_header} <gmock/gmock.h> <gtest/gtest.h> LINKS argus_contract GTest::gmock
                   OPTIONS ${ARGUS_TEST_OPTIONS})
  argus_precompile(test HEADERS <gmock/gmock.h> <gtest/gtest.h> LINKS GTest::gmock OPTIONS ${ARGUS_TEST_OPTIONS})
endif()
