# The table at the end of configuring: what this build is based on.

# OpenBLAS comes with one of three thread models; the name of the library file tells which.
file(REAL_PATH ${OpenBLAS_LIBRARY} blas_file)
if(blas_file MATCHES "openblas-?(pthread|openmp|serial)")
  set(blas_threads ${CMAKE_MATCH_1})
else()
  set(blas_threads "thread model unknown")
endif()

# A library's version, from its header: `#define X_VERSION "1.2.3"`, or X_VERSION_MAJOR, _MINOR and _PATCH; empty if it has neither.
function(lemma_header_version result prefix header)
  set(${result} "" PARENT_SCOPE)
  if(NOT EXISTS ${header})
    return()
  endif()
  file(STRINGS ${header} lines REGEX "define ${prefix} +\"")
  if(NOT lines)
    file(STRINGS ${header} lines REGEX "define ${prefix}_(MAJOR|MINOR|PATCH) +[0-9]")
  endif()
  set(numbers "")
  foreach(line ${lines})
    if(line MATCHES "${prefix}[_A-Z]* +\"?[ A-Za-z]*([0-9.]+)")
      list(APPEND numbers ${CMAKE_MATCH_1})
    endif()
  endforeach()
  list(JOIN numbers "." version)
  if(version)
    set(${result} " ${version}" PARENT_SCOPE)
  endif()
endfunction()
lemma_header_version(blas_version OPENBLAS_VERSION ${OpenBLAS_INCLUDE}/openblas_config.h)
lemma_header_version(cli_version CLI11_VERSION ${CLI11_INCLUDE}/CLI/Version.hpp)
lemma_header_version(json_version NLOHMANN_JSON_VERSION ${JSON_INCLUDE}/nlohmann/detail/abi_macros.hpp)
lemma_header_version(utf8proc_version UTF8PROC_VERSION ${UTF8PROC_INCLUDE}/utf8proc.h)
lemma_header_version(zlib_version ZLIB_VERSION ${ZLIB_INCLUDE}/zlib.h)
lemma_header_version(png_version PNG_LIBPNG_VER_STRING ${PNG_INCLUDE}/png.h)

# Highway knows which instruction sets this compiler can emit; one is chosen when the program starts.
if(NOT DEFINED LEMMA_SIMD)
  file(WRITE ${PROJECT_BINARY_DIR}/CMakeFiles/lemma_simd.cpp [[
#include <hwy/highway.h>
#include <cstdio>
int main() {
  std::printf("Highway %d.%d:", HWY_MAJOR, HWY_MINOR);
  for (long long bits = HWY_TARGETS; bits != 0; bits &= bits - 1) std::printf(" %s", hwy::TargetName(bits & -bits));
}
]])
  try_run(simd_runs simd_compiles ${PROJECT_BINARY_DIR}/CMakeFiles/lemma_simd ${PROJECT_BINARY_DIR}/CMakeFiles/lemma_simd.cpp
          CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${HWY_INCLUDE}" LINK_LIBRARIES ${HWY_LIBRARY}
          CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON RUN_OUTPUT_VARIABLE simd)
  if(simd_compiles AND simd_runs EQUAL 0)
    set(LEMMA_SIMD "${simd}" CACHE INTERNAL "")
  else()
    set(LEMMA_SIMD "Highway" CACHE INTERNAL "")
  endif()
endif()

message(STATUS "Lemma ${PROJECT_VERSION}")
message(STATUS "  compiler   ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}, ${CMAKE_BUILD_TYPE}")
message(STATUS "  BLAS       OpenBLAS${blas_version} (${blas_threads})")
message(STATUS "  SIMD       ${LEMMA_SIMD} (chosen at run time)")
message(STATUS "  threads    own pool of std::thread (OpenMP is not used)")
if(LEMMA_CUDA STREQUAL "ON")
  message(STATUS "  CUDA       nvcc ${CMAKE_CUDA_COMPILER_VERSION}, runtime ${CUDAToolkit_VERSION}, for ${LEMMA_CUDA_ARCHITECTURES}")
elseif(LEMMA_CUDA STREQUAL "EMULATED")
  message(STATUS "  CUDA       emulated: the kernels as C++, for learning and tests (LEMMA_CUDA=EMULATED)")
else()
  message(STATUS "  CUDA       off (LEMMA_CUDA=ON needs nvcc, EMULATED nothing)")
endif()
message(STATUS "  libraries  fmt ${fmt_VERSION}, CLI11${cli_version}, nlohmann-json${json_version}, utf8proc${utf8proc_version}, zlib${zlib_version}")
message(STATUS "             libpng${png_version}, libsndfile")
if(LEMMA_TESTS)
  message(STATUS "  tests      Catch2 ${Catch2_VERSION}")
endif()
