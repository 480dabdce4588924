#pragma once
/// What `lemma doctor` finds: what this program was built from, which devices there are, and whether they compute
/// correctly.

#include <string>
#include <utility>
#include <vector>

#include "lemma/core/device.h"

namespace lemma::cli {

/// One thing tried on a device, with what was expected and what came out when it failed.
struct Check {
  std::string name;
  bool ok = false;
  std::string problem;
};

struct DeviceReport {
  std::string name;        ///< "cpu", "cuda", "cuda:1"
  std::string properties;  ///< one line
  std::vector<Check> checks;
};

struct Report {
  std::vector<std::pair<std::string, std::string>> facts;  ///< "compiler": "g++ 12.2.0", ...
  std::string no_cuda;                                     ///< why there is no CUDA device; empty where there is one
  std::vector<DeviceReport> devices;
  bool ok() const;
};

/// A product, a softmax, a gradient and random numbers on `device`, against values known beforehand.
std::vector<Check> check_device(Device device);

Report examine();

}  // namespace lemma::cli
