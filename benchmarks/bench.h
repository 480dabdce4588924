#pragma once
/// Running a case and printing its line of JSON.

#include <functional>
#include <string>

#include "lemma/lemma.h"

struct Bench {
  std::string device_name = "cpu", only;
  int threads = 0;
  double seconds = 3;
  lemma::Device device;
  double copy_gb_s = 0;  ///< what copying a 4096 x 4096 float32 matrix reads and writes each second; 0 until measured

  /// Three runs to warm up, then as many as fit the time, at least five. On a CUDA device a run is timed by two
  /// events. Returns the median in ms, 0 if the case is not asked for. With `bytes`, the least that must be read and
  /// written, the line also says how many GB/s that is, next to those of a copy.
  double run(const std::string& name, const std::function<void()>& work, double bytes = 0) const;
  bool asked_for(const std::string& name) const { return name.find(only) != std::string::npos; }

  lemma::TensorOptions options(lemma::DType dtype = lemma::float32, bool requires_grad = false) const {
    return {.dtype = dtype, .device = device, .requires_grad = requires_grad};
  }
};

/// Language models: steps of training, writing text, byte pairs. peer_language.py runs the same in PyTorch.
void language_cases(const Bench& bench);

/// Convolutions, pooling, recurrent layers and CTC. peer_architectures.py runs the same in PyTorch.
void architecture_cases(const Bench& bench);

/// Every rung of the CUDA ladder, `ladder_<rung>_<n>`, and cuBLAS as well where it is linked: `cublas_<n>`,
/// `cublas_tf32_<n>`, `cublas_bfloat16_<n>`.
void ladder_cases(const Bench& bench);

/// c = a b by cuBLAS, square matrices; with `tf32` float32 may be rounded to it. Only where LEMMA_BENCH_CUBLAS is set.
void cublas_product(const lemma::Array& c, const lemma::Array& a, const lemma::Array& b, bool tf32);
