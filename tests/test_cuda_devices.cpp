// Tensors on several devices: every operation refuses a mixture in words; copies, modules and optimisers cross over.
#include "kernels/kernels.h"
#include "lemma/autograd.h"
#include "lemma/core/memory.h"
#include "lemma/io/safetensors.h"
#include "lemma/lemma.h"
#include "tests/cuda_helpers.h"
#include "tests/op_table.h"
#include "tests/temp_dir.h"

using namespace lemma;
using namespace optable;

namespace {
const Device kCpu = Device::cpu(), kCuda = Device::cuda();
const TensorOptions there() { return {.device = kCuda}; }
}  // namespace

TEST_CASE("every operation refuses inputs on two devices, and names both") {
  if (!have_cuda()) return;
  size_t mixtures = 0;
  for (const Row& row : table()) {
    const Tensors inputs = draw(row, row.shapes[0], float32);
    if (inputs.size() < 2) continue;
    for (const Device home : {kCpu, kCuda})
      for (size_t k = 0; k < inputs.size(); ++k) {
        Tensors mixed;
        for (const Tensor& x : inputs) mixed.push_back(x.to(home));
        mixed[k] = mixed[k].to(home.is_cpu() ? kCuda : kCpu);
        const std::string what = row.name() + ", input " + std::to_string(k) + " away from " + home.str();
        INFO(what);
        ++mixtures;
        try {
          row.run(mixed);
          FAIL_CHECK("no error");
        } catch (const DeviceError& error) {
          const std::string text = error.what();
          INFO(text);
          CHECK(text.find("cpu") != std::string::npos);
          CHECK(text.find("cuda") != std::string::npos);
          CHECK(error.devices.size() == 2);
        } catch (const std::exception& error) {
          FAIL_CHECK(error.what());
        }
      }
  }
  CHECK(mixtures > 150);
}

TEST_CASE("the texts of mixed devices") {
  if (!have_cuda()) return;
  const Tensor a = ones({2, 3}, {.device = kCpu}), b = ones({3}, there());
  const Tensor ids = zeros({4}, {.dtype = int64, .device = kCuda}),
               mask = ones({2, 3}, {.dtype = boolean, .device = kCuda});
  CHECK_THROWS_WITH(a + b, "[add] devices differ: lhs (2, 3) is on cpu, rhs (3) is on cuda; move one side with .to()");
  CHECK_THROWS_WITH(embedding(a, ids),
                    "[embedding] devices differ: the weight (2, 3) is on cpu, ids (4) is on cuda; move one with .to()");
  CHECK_THROWS_WITH(
      masked_fill(a, mask, 0),
      "[masked_fill] devices differ: the input (2, 3) is on cpu, the mask (2, 3) is on cuda; move one with .to()");
  CHECK_THROWS_WITH(
      cross_entropy(a, zeros({2}, {.dtype = int64, .device = kCuda})),
      "[cross_entropy] devices differ: scores (2, 3) is on cpu, targets (2) is on cuda; move one with .to()");
  Tensor c = a.clone();
  CHECK_THROWS_WITH(c.add_(b),
                    "[add_] devices differ: lhs (2, 3) is on cpu, rhs (3) is on cuda; move one side with .to()");
  CHECK_THROWS_WITH(b.data<float>(), "[data] the tensor is on cuda; call to(Device::cpu()) first");
  const Tensor leaf = ones({}, there()).requires_grad_();
  CHECK_THROWS_WITH((leaf * 2).backward(ones({}, {.device = kCpu})),
                    "[backward] the gradient is on cpu, the tensor on cuda");
  (leaf * 2).backward();
  const Tensor hooked = leaf * 3;
  hooked.register_hook([](const Tensor& g) { return g.to(kCpu); });
  CHECK_THROWS_WITH(hooked.backward(), "[mul] a hook returned a gradient on cpu for one on cuda");
}

TEST_CASE("an id outside an embedding's range is reported with its position, on CUDA as on the CPU") {
  if (!have_cuda()) return;
  const Tensor weight = ones({5, 2}, there());
  const TensorOptions whole{.dtype = int64, .device = kCuda};
  CHECK_THROWS_WITH(embedding(weight, tensor({{1, 2}, {3, -1}}, whole)),
                    "[embedding] id -1 at position (1, 1) is outside [0, 5)");
  CHECK_THROWS_WITH(embedding(weight, tensor({{1, 5}, {3, 9}}, whole)),
                    "[embedding] id 5 at position (0, 1) is outside [0, 5)");
  CHECK_THROWS_WITH(cross_entropy(ones({2, 3}, there()), tensor({0, 3}, whole)),
                    "[cross_entropy] label 3 at position (1) is outside [0, 3)");
  CHECK(embedding(weight, tensor({4, 0}, whole)).sum().item() == 4);  // and the device goes on
}

TEST_CASE("a dtype that a kernel does not take is refused by name") {
  if (!have_cuda()) return;
  const Array whole({4}, DType::int64, kCuda);
  CHECK_THROWS_WITH(kernels::random(Random::Uniform, whole, 1, 0), "[random] the CUDA kernel does not take int64");
  CHECK_THROWS_WITH(exp(zeros({2}, {.dtype = int64, .device = kCuda})),
                    "[exp] needs a floating dtype, got int64 (2); cast it with .to(float32)");
}

TEST_CASE("values move there and back in every dtype and layout, and gradients with them") {
  if (!have_cuda()) return;
  const Tensor x = arange(24.0, {.device = kCpu}).reshape({2, 3, 4});
  for (const DType dtype : {float32, float64, int64, boolean, float16, bfloat16}) {
    CAPTURE(name(dtype));
    const Tensor y = x.to(dtype);
    for (const Tensor& view :
         {y, y.transpose(0, 2), y.narrow(2, 1, 2), y.select(1, 1).unsqueeze(1).expand({2, 5, 4})}) {
      const Tensor away = view.to(kCuda);
      CHECK(away.device() == kCuda);
      CHECK(away.to_vector<double>() == view.to_vector<double>());
      CHECK(away.to(kCpu).device() == kCpu);
    }
    const Tensor slanted = y.to(kCuda).transpose(0, 2);  // strided on the device, then home
    CHECK(slanted.to(kCpu).to_vector<double>() == y.transpose(0, 2).to_vector<double>());
  }
  const Tensor leaf = ones({3}, {.device = kCpu}).requires_grad_();
  (leaf.to(kCuda) * tensor({1.0, 2.0, 3.0}, there())).sum().backward();
  CHECK(leaf.grad().device() == kCpu);
  CHECK(leaf.grad().to_vector<double>() == std::vector<double>{1, 2, 3});
  Tensor target = zeros({2, 3}, there());
  target.copy_(tensor({1.0, 2.0, 3.0}, {.device = kCpu}));
  CHECK(target.to_vector<double>() == std::vector<double>{1, 2, 3, 1, 2, 3});
}

TEST_CASE("a tensor on CUDA prints with its device, and describes itself") {
  if (!have_cuda()) return;
  const Tensor x = tensor({1.5, 2.0}, {.device = kCuda, .requires_grad = true});
  CHECK(x.str() == "tensor([1.5000, 2.0000], device=cuda, requires_grad=true)");
  CHECK(x.describe() == "float32 (2) cuda requires_grad, min 1.5, mean 1.75, max 2");
  CHECK((x * 2).str() == "tensor([3., 4.], device=cuda, grad_fn=<mul>)");
}

TEST_CASE("a module moves with its buffers, and its optimiser follows; weights load across devices and files") {
  if (!have_cuda()) return;
  manual_seed(1);
  const DefaultDevice home(kCpu);
  nn::TransformerEncoderLayer model(8, 2);
  nn::PositionalEncoding positions(8, 0, 16);
  optim::AdamW adam(model.parameters(), {.lr = 0.01});
  const Tensor x = randn({2, 5, 8});
  const auto step = [&](Device device) {
    adam.zero_grad();
    square(model(positions(x.to(device)))).sum().backward();
    adam.step();
  };
  step(kCpu);
  const Device before = model.device();
  model.to(kCuda);
  positions.to(kCuda);
  CHECK(before == kCpu);
  CHECK(model.device() == kCuda);
  CHECK(positions.pe.device() == kCuda);
  step(kCuda);
  for (const auto& [key, value] : adam.state_dict())
    if (key.ends_with("exp_avg")) CHECK(value.device() == kCuda);
  TempDir dir;
  io::save_safetensors(dir / "w", model.state_dict());
  nn::TransformerEncoderLayer other(8, 2);
  other.load_state_dict(io::load_safetensors(dir / "w").tensors);
  const StateDict ours = model.state_dict(), theirs = other.state_dict();
  for (size_t i = 0; i < ours.size(); ++i) {
    CHECK(theirs[i].second.device() == kCpu);
    CHECK(theirs[i].second.to_vector<float>() == ours[i].second.to_vector<float>());
  }
  model.load_state_dict(theirs);  // from the CPU straight into the device
  CHECK(model.device() == kCuda);
}

TEST_CASE("DetectAnomaly, gradcheck and hooks work on CUDA") {
  if (!have_cuda()) return;
  const Tensor x = tensor({1.0, 0.0}, {.dtype = float64, .device = kCuda, .requires_grad = true});
  {
    const DetectAnomaly guard;
    try {
      sqrt(x).sum().backward();
      FAIL_CHECK("no error");
    } catch (const GradError& error) {
      CHECK(std::string(error.what()).find("[sqrt] the gradient for input 0 holds an Inf") == 0);
    }
  }
  CHECK(gradcheck([](const Tensors& in) { return tanh(in[0]) * in[0]; }, {x.detach()}).ok);
  Device seen = kCpu;
  const Tensor y = x * 2;
  y.register_hook([&](const Tensor& g) {
    seen = g.device();
    return Tensor();
  });
  y.sum().backward();
  CHECK(seen == kCuda);
  CHECK(explain(y).find("mul") != std::string::npos);
  CHECK(to_dot((x * x).sum()).find("digraph") != std::string::npos);
}

TEST_CASE("new tensors, layers and masks go to the default device") {
  if (!have_cuda()) return;
  {
    const DefaultDevice guard(kCuda);
    for (const Tensor& x :
         {zeros({2}), tensor({1.0}), rand({2}), arange(3), nn::attend_causal(3), nn::attend_lengths({1, 2}, 3),
          nn::sinusoidal_positions(4, 6), nn::Linear(2, 3).weight, guide::create_mask(3)})
      CHECK(x.device() == kCuda);
    CHECK(zeros({2}, {.device = kCpu}).device() == kCpu);
  }
  if (cuda::device_count() == 1)
    CHECK_THROWS_WITH(set_default_device(Device::cuda(9)),
                      "[cuda] there is no cuda:9: this machine has one device, cuda:0");
  CHECK(default_device() == optable::test_device());
}
