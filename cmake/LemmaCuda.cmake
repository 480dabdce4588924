# The CUDA device: OFF (only a message on how to get it), ON (nvcc) or EMULATED (the same kernels as C++, run on the CPU).
# All three give the library the same interface.

file(GLOB cuda_kernels CONFIGURE_DEPENDS src/kernels/cuda/*.cu src/kernels/cuda/*/*.cu)
set(cuda_runtime src/core/cuda/runtime.cpp src/core/cuda/transfer.cpp src/core/cuda/allocator.cpp)
# Their results must match the CPU's to the bit: no a * b + c with a single rounding.
set(exact_kernels ${PROJECT_SOURCE_DIR}/src/kernels/cuda/random.cu ${PROJECT_SOURCE_DIR}/src/kernels/cuda/fill.cu)

if(LEMMA_CUDA STREQUAL "OFF")
  target_sources(lemma PRIVATE src/core/cuda/none.cpp src/kernels/cuda/no_cuda.cpp)
  return()
endif()
target_sources(lemma PRIVATE ${cuda_runtime} ${cuda_kernels})

if(LEMMA_CUDA STREQUAL "EMULATED")
  add_subdirectory(emulator)
  target_compile_definitions(emulator PRIVATE EMULATOR_PREFIX="LEMMA_EMULATOR_")
  # -x c++: by its name, compilers treat a .cu file as something else.
  set_source_files_properties(${cuda_kernels} PROPERTIES LANGUAGE CXX COMPILE_OPTIONS "-xc++")
  set_source_files_properties(${exact_kernels} PROPERTIES COMPILE_OPTIONS "-xc++;-ffp-contract=off")
  set_source_files_properties(${cuda_runtime} ${cuda_kernels} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)  # for the same reason
  # Its objects go into the library itself, so that an installed one is complete.
  target_sources(lemma PRIVATE $<TARGET_OBJECTS:emulator>)
  # For these alone: the rest compiles as without a device, which a compiler cache knows.
  set_property(SOURCE ${cuda_runtime} ${cuda_kernels} PROPERTY INCLUDE_DIRECTORIES
               ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/emulator/include)
  set(LEMMA_CUDA_ARCHITECTURES "80, 86, 89, 90")
  set(emulated 1)
elseif(LEMMA_CUDA STREQUAL "ON")
  if(NOT CMAKE_CUDA_COMPILER AND EXISTS /usr/local/cuda/bin/nvcc)
    set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    message(FATAL_ERROR " LEMMA_CUDA=ON needs nvcc of the CUDA toolkit, 12.4 or newer; put it on PATH or set CMAKE_CUDA_COMPILER. "
                        "-DLEMMA_CUDA=EMULATED runs the same kernels without it.")
  endif()
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90)  # 90 as PTX too, for what comes later
  endif()
  enable_language(CUDA)
  # CMake 3.25 does not know nvcc's flag for C++20.
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  endif()
  find_package(CUDAToolkit REQUIRED)
  set_target_properties(lemma PROPERTIES CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_EXTENSIONS OFF)
  set_source_files_properties(${exact_kernels} PROPERTIES COMPILE_OPTIONS "-fmad=false")
  target_link_libraries(lemma PRIVATE CUDA::cudart_static)
  string(REGEX REPLACE "-real|-virtual" "" LEMMA_CUDA_ARCHITECTURES "${CMAKE_CUDA_ARCHITECTURES}")
  string(REPLACE ";" ", " LEMMA_CUDA_ARCHITECTURES "${LEMMA_CUDA_ARCHITECTURES}")
  set(emulated 0)
else()
  message(FATAL_ERROR " LEMMA_CUDA is OFF, ON or EMULATED, not '${LEMMA_CUDA}'.")
endif()

# Under a sanitizer the allocator keeps nothing, so that no cached block hides an overrun.
set(sanitized 0)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  set(sanitized 1)
endif()
set_source_files_properties(${cuda_runtime} PROPERTIES COMPILE_DEFINITIONS
  "LEMMA_CUDA_ARCHITECTURES=\"${LEMMA_CUDA_ARCHITECTURES}\";LEMMA_CUDA_EMULATED=${emulated};LEMMA_CUDA_SANITIZED=${sanitized}")
