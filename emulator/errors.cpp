#include "emulator/errors.h"

#include <utility>

#include "emulator/faults.h"

namespace emulator {
namespace {

struct Last {
  cudaError_t code = cudaSuccess;      // cleared by cudaGetLastError
  cudaError_t detailed = cudaSuccess;  // what `detail` belongs to; both outlive the clearing
  std::string detail, shown;
};
thread_local Last last;

struct Text {
  cudaError_t code;
  const char *name, *text;
};
constexpr Text kTexts[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration", "invalid configuration argument"},
    {cudaErrorInvalidDevicePointer, "cudaErrorInvalidDevicePointer", "invalid device pointer"},
    {cudaErrorInvalidMemcpyDirection, "cudaErrorInvalidMemcpyDirection", "invalid copy direction for memcpy"},
    {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver",
     "CUDA driver version is insufficient for CUDA runtime version"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {cudaErrorNoKernelImageForDevice, "cudaErrorNoKernelImageForDevice",
     "no kernel image is available for execution on the device"},
    {cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {cudaErrorNotReady, "cudaErrorNotReady", "device not ready"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
};
const Text* find(cudaError_t code) {
  for (const Text& t : kTexts)
    if (t.code == code) return &t;
  return nullptr;
}

}  // namespace

cudaError_t fail(cudaError_t code, const std::string& detail) {
  last.code = last.detailed = code;
  last.detail = detail;
  return code;
}

}  // namespace emulator

using namespace emulator;

cudaError_t cudaPeekAtLastError() { return is_lost() ? cudaErrorLaunchFailure : last.code; }
cudaError_t cudaGetLastError() {
  const cudaError_t code = std::exchange(last.code, cudaSuccess);
  return is_lost() ? cudaErrorLaunchFailure : code;  // nothing clears the error of a lost device
}
const char* cudaGetErrorName(cudaError_t code) {
  const Text* t = find(code);
  return t ? t->name : "unrecognized error code";
}
const char* cudaGetErrorString(cudaError_t code) {
  const Text* t = find(code);
  if (!t) return "unrecognized error code";
  if (last.detailed != code || last.detail.empty()) return t->text;
  last.shown = std::string(t->text) + ": " + last.detail;
  return last.shown.c_str();
}
