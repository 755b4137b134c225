# Compiler, linker and sanitizer settings: the same for every target.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(ARGUS_SANITIZE "" CACHE STRING "Sanitizers to build with: empty, 'address,undefined' or 'thread'")

# -pthread everywhere, since a precompiled header serves only those compiled alike.
add_compile_options(-pthread -Wall -Wextra -Wno-missing-field-initializers -fno-omit-frame-pointer -g1
                    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -fstack-protector-strong)
add_link_options(-pthread)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_USE_STD_STRING_VIEW)
# Test programs are compiled once and run for seconds: their own code is not optimized in release builds.
set(ARGUS_TEST_OPTIONS $<$<CONFIG:Release>:-O0> $<$<CONFIG:Release>:-U_FORTIFY_SOURCE>)
if(NOT ARGUS_SANITIZE)
  add_compile_definitions(_FORTIFY_SOURCE=2)
else()
  add_compile_options(-fsanitize=${ARGUS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ARGUS_SANITIZE})
  if(ARGUS_SANITIZE MATCHES thread)
    # protobuf's map fields have two more members where this macro is seen, which the packaged library does not have.
    # libstdc++ needs to know of the sanitizer all the same.
    add_compile_options(-Wno-tsan -U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
  endif()
endif()

find_program(ARGUS_CCACHE ccache)
if(ARGUS_CCACHE)
  # Objects are shared between build folders: paths are mapped away and precompiled headers judged by content.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CMAKE_CURRENT_LIST_DIR}/without_old_pch ${ARGUS_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()
find_program(ARGUS_MOLD mold)
if(ARGUS_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
