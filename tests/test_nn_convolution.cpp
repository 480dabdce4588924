// Convolutions, pooling, norms of channels and other sizes against PyTorch, and what each promises.
#include "lemma/nn/batch_norm.h"
#include "lemma/nn/convolution.h"
#include "lemma/nn/pooling.h"
#include "lemma/ops/convolution.h"
#include "lemma/ops/normalization.h"
#include "tests/golden.h"

using namespace lemma;
using golden::error;

namespace {

const golden::Golden& reference() {
  static const golden::Golden g("convolution");
  return g;
}

// A layer that makes one tensor from another, and its buffers afterwards.
template <class Layer>
void check(const std::string& name, const std::function<Layer()>& make) {
  for (const std::string& precision : golden::precisions) {
    Layer layer = make();
    golden::check_case(reference(), name, precision, layer, {"x"}, [&](const auto& in) { return layer(in[0]); });
    for (const auto& [key, buffer] : layer.named_buffers()) {
      CAPTURE(key);
      CHECK(error(buffer, reference()[name + "." + precision + ".buffer." + key]) <= golden::tolerance(precision));
    }
  }
}
#define LAYER(name, ...) check<decltype(__VA_ARGS__)>(name, [] { return __VA_ARGS__; })

}  // namespace

TEST_CASE("convolutions: values and gradients are PyTorch's") {
  LAYER("conv1d", nn::Conv1d(4, 6, 3));
  LAYER("conv1d_all", nn::Conv1d(4, 6, 3, {.stride = 2, .padding = 2, .dilation = 2, .groups = 2, .bias = false}));
  LAYER("conv1d_depthwise", nn::Conv1d(4, 4, 5, {.padding = 2, .groups = 4}));
  LAYER("conv1d_unbatched", nn::Conv1d(4, 3, 2));
  LAYER("conv2d", nn::Conv2d(3, 5, 3, {.padding = 1}));
  LAYER("conv2d_1x1", nn::Conv2d(3, 5, 1));
  LAYER("conv2d_all", nn::Conv2d(4, 6, {3, 2}, {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 3}, .groups = 2}));
  LAYER("conv2d_depthwise", nn::Conv2d(3, 6, 3, {.stride = 2, .groups = 3}));
  LAYER("up1d", nn::ConvTranspose1d(4, 6, 3));
  LAYER("up1d_all",
        nn::ConvTranspose1d(4, 6, 3, {.stride = 3, .padding = 1, .dilation = 2, .groups = 2, .output_padding = 2}));
  LAYER("up2d", nn::ConvTranspose2d(3, 5, 2, {.stride = 2, .bias = false}));
  LAYER("up2d_all", nn::ConvTranspose2d(4, 2, {3, 2},
                                        {.stride = {2, 3}, .padding = {1, 0}, .groups = 2, .output_padding = {1, 2}}));
}

TEST_CASE("pooling: values and gradients are PyTorch's") {
  LAYER("max1d", nn::MaxPool1d(3));
  LAYER("max2d", nn::MaxPool2d(2));
  LAYER("max2d_all", nn::MaxPool2d({3, 2}, {.stride = {2, 1}, .padding = 1, .dilation = {2, 1}}));
  LAYER("avg1d", nn::AvgPool1d(3, {.stride = 2, .padding = 1}));
  LAYER("avg2d", nn::AvgPool2d(2));
  LAYER("avg2d_inside", nn::AvgPool2d(3, {.stride = 2, .padding = 1, .count_include_pad = false}));
  LAYER("adaptive_avg1d", nn::AdaptiveAvgPool1d(3));
  LAYER("adaptive_avg2d", nn::AdaptiveAvgPool2d({3, 2}));
  LAYER("adaptive_max1d", nn::AdaptiveMaxPool1d(4));
  LAYER("adaptive_max2d", nn::AdaptiveMaxPool2d({3, 2}));
}

TEST_CASE("norms of channels: values, gradients and running figures are PyTorch's") {
  LAYER("batch1d", nn::BatchNorm1d(4));
  LAYER("batch1d_long", nn::BatchNorm1d(4, {.momentum = 0.3}));
  LAYER("batch2d", nn::BatchNorm2d(3, {.eps = 1e-3}));
  LAYER("group", nn::GroupNorm(2, 6));
  nn::BatchNorm2d norm(3, {.eps = 1e-3});
  norm.to(float64);
  norm.load_state_dict([] {
    StateDict state = reference().below("batch2d.f64.param.");
    for (const auto& [key, tensor] : reference().below("batch2d.f64.buffer.")) state.emplace_back(key, tensor);
    return state;
  }());
  norm.eval();
  CHECK(error(norm(reference()["batch2d.f64.in.x"]), reference()["batch2d.f64.eval"]) <= 1e-10);
}

TEST_CASE("other sizes: values and gradients are PyTorch's") {
  for (const std::string& precision : golden::precisions) {
    nn::Identity none;
    for (const auto& [name, mode, corners] :
         {std::tuple{"nearest", "nearest", false}, {"bilinear", "bilinear", false}, {"corners", "bilinear", true}})
      golden::check_case(reference(), name, precision, none, {"x"}, [mode = mode, corners = corners](const auto& in) {
        return interpolate(in[0], {8, 3}, mode, corners);
      });
  }
}

TEST_CASE("convolutions and pooling pass gradcheck, to the second order too") {
  manual_seed(3);
  const TensorOptions wide{.dtype = float64, .requires_grad = true};
  const Tensor x = randn({1, 2, 5, 4}, wide), weight = randn({2, 1, 3, 2}, wide), bias = randn({2}, wide);
  const auto convolved = [](const std::vector<Tensor>& in) { return conv2d(in[0], in[1], in[2], {2, 1}, 1, 1, 2); };
  CHECK(gradcheck(convolved, {x, weight, bias}));
  CHECK(gradgradcheck(convolved, {x, weight, bias}));
  const Tensor back = randn({2, 1, 2, 2}, wide);
  const auto grown = [](const std::vector<Tensor>& in) { return conv_transpose2d(in[0], in[1], {}, 2); };
  CHECK(gradgradcheck(grown, {x, back}));
  CHECK(gradgradcheck([](const std::vector<Tensor>& in) { return avg_pool2d(in[0], 2); }, {x}));
  CHECK(gradgradcheck([](const std::vector<Tensor>& in) { return batch_norm(in[0], {}, {}, {}, {}, true); }, {x}));
}

TEST_CASE("convolutions print as PyTorch prints them, and refuse in words") {
  CHECK(nn::Conv2d(1, 8, 3, {.padding = 1}).str() == "Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))");
  CHECK(nn::Conv1d(2, 4, 3, {.groups = 2, .bias = false}).str() ==
        "Conv1d(2, 4, kernel_size=(3,), stride=(1,), groups=2, bias=False)");
  CHECK(nn::MaxPool2d(2).str() == "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
  CHECK(nn::AvgPool1d(3, {.stride = 2}).str() == "AvgPool1d(kernel_size=3, stride=2, padding=0)");
  CHECK(nn::AdaptiveAvgPool2d(1).str() == "AdaptiveAvgPool2d(output_size=1)");
  CHECK(nn::BatchNorm1d(4).str() == "BatchNorm1d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)");
  CHECK(nn::GroupNorm(2, 4).str() == "GroupNorm(2, 4, eps=1e-05, affine=True)");
  CHECK_THROWS_WITH(conv2d(zeros({1, 3, 4, 4}), zeros({2, 1, 3, 3})),
                    "[conv2d] x (1, 3, 4, 4) has 3 channels, and weight (2, 1, 3, 3) with groups 1 takes 1");
  CHECK_THROWS_WITH(
      conv2d(zeros({1, 1, 4, 4}), zeros({2, 1, 5, 3})),
      "[conv2d] a window of 5 does not fit into dim 2 of (1, 1, 4, 4), which has 4 with its padding of 0");
  CHECK_THROWS_WITH(nn::Conv2d(3, 4, 3, {.groups = 2}),
                    "[Conv2d] groups is 2; it must divide in_channels 3 and out_channels 4");
  CHECK_THROWS_WITH(nn::Conv2d(3, 4, {3, 3, 3}),
                    "[Conv2d] kernel_size has 3 numbers; expected one, or 2, one for each dim that it slides along");
  CHECK_THROWS_WITH(max_pool2d(zeros({1, 1, 4, 4}), 2, 2, 2),
                    "[max_pool2d] padding is 2; it must be at most half the kernel_size 2");
  CHECK_THROWS_WITH(nn::BatchNorm2d(2)(zeros({2, 2})), "[BatchNorm2d] x is (2, 2); expected (B, 2, H, W)");
  CHECK_THROWS_AS(batch_norm(zeros({1, 2}), {}, {}, {}, {}, true), ValueError);
  CHECK_THROWS_WITH(nn::Conv2d(1, 1, 2, {.output_padding = 1}),
                    "[Conv2d] output_padding is for the transposed convolutions; use padding");
  CHECK_THROWS_WITH(nn::AvgPool1d(2, {.dilation = 2}),
                    "[AvgPool1d] dilation is (2); a mean takes neighbours, so expected 1");
  CHECK_THROWS_WITH(nn::GroupNorm(2, 4, 1e-5, false)(zeros({1, 2, 3})),
                    "[GroupNorm] x is (1, 2, 3); expected (B, 4, ...)");
}

TEST_CASE("operations on windows and channels refuse in words what has no answer") {
  const Tensor s = ones({1, 1, 5}), w = ones({1, 1, 2}), m = ones({2, 2});
  CHECK_THROWS_WITH(conv1d(s, ones({1, 1, 0})),
                    "[conv1d] x (1, 1, 5) and weight (1, 1, 0): one of them has no places in dim 2");
  CHECK_THROWS_WITH(conv_transpose1d(ones({1, 1, 0}), w),
                    "[conv_transpose1d] x (1, 1, 0) and weight (1, 1, 2): one of them has no places in dim 2");
  CHECK_THROWS_WITH(conv1d(s, w, ones({1}, {.dtype = int64})),
                    "[conv1d] dtypes differ: lhs is float32 (1, 1, 5), rhs is int64 (1); cast one side, e.g. with "
                    ".to(float32)");
  CHECK_THROWS_WITH(conv_transpose1d(s, w, {}, 1, 0, 1),
                    "[conv_transpose1d] output_padding is 1; it must be below the stride or the dilation, 1 and 1");
  CHECK_THROWS_WITH(max_pool1d(ones({1, 1, 0}), 2, 1, 1), "[max_pool1d] x (1, 1, 0) is empty");
  CHECK_THROWS_WITH(batch_norm(m, {}, {}, ones({2}, {.dtype = float64}), {}, true),
                    "[batch_norm] the weight is float64 (2), and x float32 (2, 2); cast one of them, e.g. with "
                    ".to(float32)");
  CHECK_THROWS_WITH(batch_norm(m, zeros({2}), ones({2}), {}, {}, true, NAN),
                    "[batch_norm] momentum is nan; expected a number in [0, 1]");
  CHECK(all(isnan(group_norm(tensor({{1e30, 2e30}}), 1))));  // not 0
  nn::BatchNorm1d norm(2);
  CHECK_THROWS_AS(norm(ones({1, 2})), ValueError);
  CHECK(norm.num_batches_tracked.item() == 0);
  CHECK_THROWS_AS(interpolate(zeros({1, 1, 2, 2}), 3, "cubic"), ValueError);
}
