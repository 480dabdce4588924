#pragma once
// Reference numbers from PyTorch (tests/golden/make_golden.py), and the two comparisons that layers are put through.

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "lemma/io/safetensors.h"
#include "lemma/lemma.h"
#include "tests/catch.h"

namespace golden {

using lemma::Tensor;

class Golden {
 public:
  explicit Golden(const std::string& topic)
      : file_(lemma::io::load_safetensors(std::string(LEMMA_SOURCE_DIR) + "/tests/golden/" + topic + ".safetensors")) {}

  Tensor operator[](const std::string& name) const {
    const Tensor* found = file_.find(name);
    if (!found) throw std::runtime_error("no golden tensor " + name);
    return found->to(lemma::default_device());
  }
  bool has(const std::string& name) const { return file_.find(name) != nullptr; }
  // What the file holds under "<prefix>", in its order.
  lemma::StateDict below(const std::string& prefix) const {
    lemma::StateDict found;
    for (const auto& [name, tensor] : file_.tensors)
      if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), tensor);
    return found;
  }

 private:
  lemma::io::SafeTensors file_;
};

// Largest |got - want|, divided by max(1, largest |want|); infinity where shapes differ or a NaN is met.
inline double error(const Tensor& got, const Tensor& want, double floor = 1) {
  if (!got.defined() || !(got.shape() == want.shape())) return INFINITY;
  const auto a = got.to_vector<double>(), b = want.to_vector<double>();
  double scale = floor, worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    scale = std::max(scale, std::fabs(b[i]));
    const double difference = std::fabs(a[i] - b[i]);
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
  }
  return worst / scale;
}

inline double tolerance(const std::string& precision) { return precision == "f32" ? 1e-5 : 1e-10; }
inline lemma::DType dtype(const std::string& precision) { return precision == "f32" ? lemma::float32 : lemma::float64; }
inline const std::vector<std::string> precisions = {"f32", "f64"};

// Loads a case's parameters (keys and order must be PyTorch's), runs it on the case's inputs, and compares the result
// and the gradients of sum(result * c) with respect to parameters and inputs.
inline void check_case(const Golden& g, const std::string& name, const std::string& precision,
                       lemma::nn::Module& module, const std::vector<std::string>& inputs,
                       const std::function<Tensor(const std::vector<Tensor>&)>& call) {
  const std::string at = name + "." + precision + ".";
  CAPTURE(at);
  const double tol = tolerance(precision);
  module.to(dtype(precision));
  const lemma::StateDict weights = g.below(at + "param.");
  module.load_state_dict(weights, false);  // without buffers; the names are compared below
  const lemma::StateDict own = module.named_parameters();
  REQUIRE(own.size() == weights.size());
  for (size_t i = 0; i < own.size(); ++i) CHECK(own[i].first == weights[i].first);

  std::vector<Tensor> x;
  for (const std::string& input : inputs) {
    Tensor value = g[at + "in." + input].clone();
    if (g.has(at + "grad_in." + input)) value.requires_grad_();
    x.push_back(value);
  }
  module.zero_grad();
  const Tensor out = call(x);
  CHECK(error(out, g[at + "out"]) <= tol);
  lemma::sum(out * g[at + "c"]).backward();
  for (const auto& [key, parameter] : own) {
    CAPTURE(key);
    CHECK(error(parameter.grad(), g[at + "grad." + key]) <= tol);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    CAPTURE(inputs[i]);
    if (x[i].requires_grad()) CHECK(error(x[i].grad(), g[at + "grad_in." + inputs[i]]) <= tol);
  }
}

// Every entry of the gradients of sum(forward() * c), c random, against fourth-order differences in float64. Returns
// the largest error relative to the largest gradient of its tensor.
inline double gradient_error(const std::vector<Tensor>& leaves, const std::function<Tensor()>& forward) {
  lemma::Generator generator{7, 0};
  Tensor c;
  {
    lemma::NoGrad guard;
    c = lemma::rand(forward().shape(), {.dtype = lemma::float64}, &generator) - 0.5;
  }
  for (Tensor leaf : leaves) leaf.zero_grad();
  lemma::sum(forward() * c).backward();
  lemma::NoGrad guard;
  const auto loss = [&] { return lemma::sum(forward() * c).item(); };
  double worst = 0;
  for (Tensor leaf : leaves) {
    if (!leaf.grad().defined()) return INFINITY;
    const auto analytic = leaf.grad().to_vector<double>();
    auto values = leaf.to_vector<double>();
    const auto write = [&] { leaf.copy_(lemma::from_data(values.data(), leaf.shape())); };
    double scale = 1e-2, difference = 0;
    for (size_t i = 0; i < analytic.size(); ++i) {
      const double h = 1e-4, before = values[i];
      const auto moved = [&](double by) {
        values[i] = before + by;
        write();
        const double value = loss();
        values[i] = before;
        write();
        return value;
      };
      const double numeric = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
      scale = std::max(scale, std::fabs(numeric));
      difference = std::max(difference, std::fabs(numeric - analytic[i]));
    }
    worst = std::max(worst, difference / scale);
  }
  return worst;
}

// The same for a module in float64 and the inputs that it is called with.
inline double gradient_error(lemma::nn::Module& module, std::vector<Tensor> inputs,
                             const std::function<Tensor()>& forward) {
  std::vector<Tensor> leaves = module.parameters();
  leaves.insert(leaves.end(), inputs.begin(), inputs.end());
  return gradient_error(leaves, forward);
}

inline Tensor input(const lemma::Shape& shape, uint64_t seed = 3) {
  lemma::Generator generator{seed, 0};
  return lemma::randn(shape, {.dtype = lemma::float64}, &generator).requires_grad_();
}

}  // namespace golden
