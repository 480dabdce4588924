// Sequential, ModuleList, Identity, Flatten; hooks; printing; files.
#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "lemma/lemma.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;

namespace {

struct Net : nn::Layer {
  nn::Linear hidden = child(this, "hidden", 2, 8), out = child(this, "out", 8, 2);
  Tensor forward(const Tensor& x) const override { return out(tanh(hidden(x))); }
};

std::string printed(const nn::Module& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

}  // namespace

TEST_CASE("Sequential is made of layers, functions and lambdas at once") {
  manual_seed(3);
  nn::Sequential model{nn::Linear(4, 3), nn::ReLU(), [](const Tensor& x) { return x * 2; }, relu, nn::Linear(3, 2)};
  CHECK(model.size() == 5);
  CHECK(model.named_parameters().at(3).first == "4.bias");
  const auto &first = model.at<nn::Linear>(0), &last = model.at<nn::Linear>(4);
  const Tensor x = randn({5, 4});
  CHECK(equal(model(x), last(relu(first(x)) * 2)));
  CHECK_THROWS_AS(model.at<nn::Linear>(1), ValueError);
  CHECK_THROWS_AS(model.at(5), IndexError);

  model.to(float64);
  CHECK(first.weight.dtype() == float64);
  sum(model(x.to(float64))).backward();
  CHECK(first.weight.grad().defined());
}

TEST_CASE("Sequential takes models with parts of their own, other Sequentials, and layers that are moved in") {
  nn::Linear mine(2, 2);
  nn::Sequential model(Net(), nn::Sequential(nn::Linear(2, 2), nn::Dropout(0.25)), std::move(mine));
  CHECK(model.named_parameters().size() == 8);
  CHECK(model.named_parameters()[0].first == "0.hidden.weight");
  CHECK(model.named_parameters()[4].first == "1.0.weight");
  model.eval();
  CHECK_FALSE(model.at<nn::Sequential>(1).at<nn::Dropout>(1).is_training());
  CHECK(model(ones({3, 2})).shape() == Shape{3, 2});
  CHECK(model.append(nn::Identity()).size() == 4);
}

TEST_CASE("Identity gives back its input; Flatten joins all dims after the batch") {
  const Tensor x = randn({2, 3, 4});
  CHECK(nn::Identity()(x).is_same(x));
  CHECK(nn::Flatten()(x).shape() == Shape{2, 12});
  CHECK(nn::Flatten(0, 1)(x).shape() == Shape{6, 4});
}

TEST_CASE("Hooks see and replace what goes into a layer and what comes out, in order, until they are removed") {
  nn::Identity layer;
  std::vector<std::string> seen;
  const int64_t pre = layer.register_forward_pre_hook([&](const nn::Module& m, const Tensor& x) {
    seen.push_back(m.type_name() + " in " + x.shape().str());
    return x * 2;
  });
  layer.register_forward_hook([&](const nn::Module&, const Tensor& in, const Tensor& out) {
    seen.push_back(fmt::format("{} {}", in.sum().item(), out.sum().item()));
  });
  const int64_t post =
      layer.register_forward_hook([](const nn::Module&, const Tensor&, const Tensor& out) { return out + 1; });
  CHECK(layer(ones({3})).to_vector<float>() == std::vector<float>{3, 3, 3});
  CHECK(seen == std::vector<std::string>{"Identity in (3)", "6 6"});
  layer.remove_forward_hook(post);
  CHECK(layer(ones({3})).to_vector<float>() == std::vector<float>{2, 2, 2});
  layer.remove_forward_hook(pre);
  CHECK(layer(ones({3})).to_vector<float>() == std::vector<float>{1, 1, 1});
  CHECK(seen.back() == "3 3");
}

TEST_CASE("Hooks run where a layer is called by others: in Sequential, in attention, in the encoder") {
  manual_seed(4);
  int calls = 0;
  const auto count = [&](const nn::Module&, const Tensor&, const Tensor&) { ++calls; };
  nn::Sequential model(nn::Linear(2, 2), nn::ReLU());
  model.at<nn::Linear>(0).register_forward_hook(count);
  model.register_forward_hook(count);
  model(ones({1, 2}));
  CHECK(calls == 2);

  nn::TransformerEncoder encoder(4, 2, 3, {.dim_feedforward = 4});
  encoder.eval();
  for (nn::Module* module : encoder.modules())
    if (dynamic_cast<nn::TransformerEncoderLayer*>(module)) module->register_forward_hook(count);
  encoder.layers[0].self_attn.out_proj.register_forward_hook(count);
  encoder.register_forward_hook(count);
  encoder(randn({2, 3, 4}));
  CHECK(calls == 2 + 3 + 1 + 1);
  // The output of a layer is what comes next.
  encoder.layers[2].register_forward_hook([](const nn::Module&, const Tensor&, const Tensor& out) { return out * 0; });
  CHECK(equal(encoder(randn({2, 3, 4})), zeros({2, 3, 4})));
}

TEST_CASE("A hook may remove itself, and an exception in one comes out of the call") {
  nn::ReLU layer;
  int calls = 0;
  int64_t id = 0;
  id = layer.register_forward_hook([&](const nn::Module&, const Tensor&, const Tensor&) {
    ++calls;
    layer.remove_forward_hook(id);
  });
  layer(ones({1}));
  layer(ones({1}));
  CHECK(calls == 1);
  layer.register_forward_pre_hook([](const nn::Module&, const Tensor&) { throw ValueError("hook", "no"); });
  CHECK_THROWS_WITH(layer(ones({1})), "[hook] no");
}

TEST_CASE("A module with a call of its own refuses hooks") {
  struct Own : nn::Module {
    Tensor operator()(const Tensor& a, const Tensor& b) const { return a + b; }
  } own;
  CHECK_THROWS_WITH(own.register_forward_hook([](const nn::Module&, const Tensor&, const Tensor&) {}),
                    "[register_forward_hook] Own has a call of its own, which runs no hooks; derive it from "
                    "nn::Layer and name that call forward");
}

TEST_CASE("Modules print as PyTorch's do") {
  CHECK(printed(Net()) ==
        "Net(\n"
        "  (hidden): Linear(in_features=2, out_features=8, bias=True)\n"
        "  (out): Linear(in_features=8, out_features=2, bias=True)\n"
        ")");
  CHECK(printed(nn::Linear(3, 4, false)) == "Linear(in_features=3, out_features=4, bias=False)");
  CHECK(printed(nn::Embedding(10, 3)) == "Embedding(10, 3)");
  CHECK(printed(nn::Embedding(10, 3, 0)) == "Embedding(10, 3, padding_idx=0)");
  CHECK(printed(nn::LayerNorm(8)) == "LayerNorm((8,), eps=1e-05, elementwise_affine=True)");
  CHECK(printed(nn::LayerNorm({2, 8}, 0.5, false)) == "LayerNorm((2, 8), eps=0.5, elementwise_affine=False)");
  CHECK(printed(nn::Dropout(0.1)) == "Dropout(p=0.1, inplace=False)");
  CHECK(printed(nn::Dropout(1)) == "Dropout(p=1.0, inplace=False)");
  CHECK(printed(nn::Softmax(-1)) == "Softmax(dim=-1)");
  CHECK(printed(nn::ReLU()) == "ReLU()");
  CHECK(printed(nn::GELU()) == "GELU(approximate='none')");
  CHECK(printed(nn::Tanh()) == "Tanh()");
  CHECK(printed(nn::Sigmoid()) == "Sigmoid()");
  CHECK(printed(nn::Identity()) == "Identity()");
  CHECK(printed(nn::Flatten()) == "Flatten(start_dim=1, end_dim=-1)");
  CHECK(printed(nn::CrossEntropyLoss()) == "CrossEntropyLoss()");
  CHECK(printed(nn::MSELoss()) == "MSELoss()");
  CHECK(printed(nn::Sequential()) == "Sequential()");
  CHECK(printed(nn::Sequential(nn::Linear(2, 1), [](const Tensor& x) { return x; })) ==
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=1, bias=True)\n"
        "  (1): Lambda()\n"
        ")");
}

TEST_CASE("Equal items of a list share one line, and what is within is indented") {
  const nn::TransformerEncoder encoder(4, 2, 2, {.dim_feedforward = 6, .dropout = 0}, true);
  CHECK(printed(encoder) ==
        "TransformerEncoder(\n"
        "  (layers): ModuleList(\n"
        "    (0-1): 2 x TransformerEncoderLayer(\n"
        "      (self_attn): MultiheadAttention(\n"
        "        (out_proj): Linear(in_features=4, out_features=4, bias=True)\n"
        "      )\n"
        "      (linear1): Linear(in_features=4, out_features=6, bias=True)\n"
        "      (dropout): Dropout(p=0.0, inplace=False)\n"
        "      (linear2): Linear(in_features=6, out_features=4, bias=True)\n"
        "      (norm1): LayerNorm((4,), eps=1e-05, elementwise_affine=True)\n"
        "      (norm2): LayerNorm((4,), eps=1e-05, elementwise_affine=True)\n"
        "      (dropout1): Dropout(p=0.0, inplace=False)\n"
        "      (dropout2): Dropout(p=0.0, inplace=False)\n"
        "    )\n"
        "  )\n"
        "  (norm): LayerNorm((4,), eps=1e-05, elementwise_affine=True)\n"
        ")");
  nn::ModuleList<nn::Linear> mixed;
  CHECK(printed(mixed) == "ModuleList()");
  mixed.add(1, 1), mixed.add(2, 1), mixed.add(2, 1);
  CHECK(printed(mixed) ==
        "ModuleList(\n"
        "  (0): Linear(in_features=1, out_features=1, bias=True)\n"
        "  (1-2): 2 x Linear(in_features=2, out_features=1, bias=True)\n"
        ")");
  struct Talks : nn::Module {
    std::string extra_repr() const override { return "first\nsecond"; }
  };
  CHECK(printed(Talks()) == "Talks(\n  first\n  second\n)");
}

TEST_CASE("save writes a module's weights, load brings them back; what does not fit changes nothing") {
  TempDir dir;
  const std::string path = dir / "net.safetensors";
  manual_seed(5);
  Net a, b;
  a.save(path);
  const nn::LoadReport report = b.load(path);
  CHECK(report.missing.empty());
  CHECK(equal(a.hidden.weight, b.hidden.weight));
  CHECK(equal(a(ones({1, 2})), b(ones({1, 2}))));

  nn::Linear other(2, 8);
  const Tensor before = other.weight.detach().clone();
  CHECK_THROWS_WITH(other.load(path),
                    "[load_state_dict] missing 'weight', 'bias'; unexpected 'hidden.weight', 'hidden.bias', "
                    "'out.weight', 'out.bias'");
  CHECK(equal(other.weight, before));
  CHECK(other.load(path, false).unexpected.size() == 4);
  CHECK_THROWS_AS(other.load(dir / "none"), IoError);
  CHECK_THROWS_AS(other.save(dir / "no/such/place"), IoError);
}
