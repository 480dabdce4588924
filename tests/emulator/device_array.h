#pragma once
// An array on the emulated device, for tests.

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "emulator/emulator.h"

inline void must(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t n) : n_(n) { must(cudaMalloc(&p_, n * sizeof(T))); }
  DeviceArray(std::size_t n, T value) : DeviceArray(std::vector<T>(n, value)) {}
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    must(cudaMemcpy(p_, values.data(), n_ * sizeof(T), cudaMemcpyHostToDevice));
  }
  ~DeviceArray() { cudaFree(p_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* get() const { return p_; }
  std::vector<T> values() const {
    std::vector<T> result(n_);
    must(cudaMemcpy(result.data(), p_, n_ * sizeof(T), cudaMemcpyDeviceToHost));
    return result;
  }

 private:
  T* p_ = nullptr;
  std::size_t n_;
};
