# Finds what Lemma builds on; for a missing package, one line says what to install.

function(lemma_missing what package)
  # The leading space keeps CMake from breaking the line.
  message(FATAL_ERROR " Lemma needs ${what}: install it with 'apt-get install ${package}' (or run scripts/setup.sh).")
endfunction()

find_package(Threads REQUIRED)

find_package(fmt QUIET CONFIG)
if(NOT fmt_FOUND)
  lemma_missing("fmt" "libfmt-dev")
endif()

# Libraries are found by header and file: their CMake packages differ from one distribution to the next.
find_path(OpenBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread)
find_library(OpenBLAS_LIBRARY openblas)
if(NOT OpenBLAS_INCLUDE OR NOT OpenBLAS_LIBRARY)
  lemma_missing("OpenBLAS" "libopenblas-dev")
endif()
find_path(HWY_INCLUDE hwy/highway.h)
find_library(HWY_LIBRARY hwy)
if(NOT HWY_INCLUDE OR NOT HWY_LIBRARY)
  lemma_missing("Highway" "libhwy-dev")
endif()
find_path(CLI11_INCLUDE CLI/CLI.hpp)
if(NOT CLI11_INCLUDE)
  lemma_missing("CLI11" "libcli11-dev")
endif()
find_path(JSON_INCLUDE nlohmann/json.hpp)
if(NOT JSON_INCLUDE)
  lemma_missing("nlohmann-json" "nlohmann-json3-dev")
endif()
find_path(UTF8PROC_INCLUDE utf8proc.h)
find_library(UTF8PROC_LIBRARY utf8proc)
if(NOT UTF8PROC_INCLUDE OR NOT UTF8PROC_LIBRARY)
  lemma_missing("utf8proc" "libutf8proc-dev")
endif()
find_path(ZLIB_INCLUDE zlib.h)
find_library(ZLIB_LIBRARY z)
if(NOT ZLIB_INCLUDE OR NOT ZLIB_LIBRARY)
  lemma_missing("zlib" "zlib1g-dev")
endif()
find_path(PNG_INCLUDE png.h)
find_library(PNG_LIBRARY png)
if(NOT PNG_INCLUDE OR NOT PNG_LIBRARY)
  lemma_missing("libpng" "libpng-dev")
endif()
find_path(SNDFILE_INCLUDE sndfile.h)
find_library(SNDFILE_LIBRARY sndfile)
if(NOT SNDFILE_INCLUDE OR NOT SNDFILE_LIBRARY)
  lemma_missing("libsndfile" "libsndfile1-dev")
endif()

add_library(lemma_dependencies INTERFACE)
target_include_directories(lemma_dependencies SYSTEM INTERFACE ${OpenBLAS_INCLUDE} ${HWY_INCLUDE} ${CLI11_INCLUDE}
                                                               ${JSON_INCLUDE} ${UTF8PROC_INCLUDE} ${ZLIB_INCLUDE}
                                                               ${PNG_INCLUDE} ${SNDFILE_INCLUDE})
target_link_libraries(lemma_dependencies INTERFACE fmt::fmt ${HWY_LIBRARY} ${UTF8PROC_LIBRARY} ${ZLIB_LIBRARY}
                                                   ${PNG_LIBRARY} ${SNDFILE_LIBRARY}
                                                   Threads::Threads ${CMAKE_DL_LIBS})

add_library(lemma_warnings INTERFACE)
target_compile_options(lemma_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wno-sign-conversion
                                                # nvcc writes line directives that -Wpedantic rejects.
                                                $<$<COMPILE_LANGUAGE:CXX>:-Wpedantic>
                                                # g++ 12 warns about std::string's own operator+ (its bug 105329).
                                                $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                                $<$<BOOL:${LEMMA_WERROR}>:-Werror>)
