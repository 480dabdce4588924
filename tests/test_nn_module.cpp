// Module: names, state dicts, modes, conversion, summary, containers.
#include "lemma/lemma.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

struct Block : nn::Module {
  Block(int64_t in, int64_t out) : fc(child(this, "fc", in, out)) {
    scale = ones({out});
    running = zeros({2});
    register_parameter("scale", scale);
    register_buffer("running", running);
  }
  Tensor operator()(const Tensor& x) const { return dropout(fc(x) * scale); }
  nn::Linear fc;
  nn::Dropout dropout = child(this, "dropout", 0.5);
  Tensor scale, running;
};

std::vector<std::string> names(const StateDict& state) {
  std::vector<std::string> found;
  for (const auto& [name, tensor] : state) found.push_back(name);
  return found;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("A module lists its own tensors first, then its children's, in the order of registration") {
  Block block(3, 2);
  CHECK(names(block.named_parameters()) == Names{"scale", "fc.weight", "fc.bias"});
  CHECK(names(block.named_buffers()) == Names{"running"});
  CHECK(names(block.state_dict()) == Names{"scale", "running", "fc.weight", "fc.bias"});
  CHECK(block.num_parameters() == 2 + 6 + 2);
  CHECK(block.parameters()[1].is_same(block.fc.weight));
  CHECK(block.fc.weight.requires_grad());
  CHECK_FALSE(block.running.requires_grad());
}

TEST_CASE("A parameter that two layers share is listed once and saved under both names") {
  struct Tied : nn::Module {
    Tied() { b.weight = a.weight; }
    nn::Linear a = child(this, "a", 2, 2), b = child(this, "b", 2, 2);
  } tied;
  CHECK(names(tied.named_parameters()) == Names{"a.weight", "a.bias", "b.bias"});
  CHECK(names(tied.state_dict()) == Names{"a.weight", "a.bias", "b.weight", "b.bias"});
  tied.to(float64);
  CHECK(tied.a.weight.is_same(tied.b.weight));
}

TEST_CASE("A state dict goes from one module to another, and its tensors stay off the tape") {
  manual_seed(1);
  Block from(3, 2), to(3, 2);
  CHECK_FALSE(equal(from.fc.weight, to.fc.weight));
  const StateDict state = from.state_dict();
  for (const auto& [name, tensor] : state) CHECK_FALSE(tensor.requires_grad());
  const nn::LoadReport report = to.load_state_dict(state);
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  CHECK(equal(from.fc.weight, to.fc.weight));
  CHECK(to.fc.weight.requires_grad());
  CHECK_FALSE(to.fc.weight.is_same(from.fc.weight));
}

TEST_CASE("A state dict that does not fit is refused whole, with every name") {
  Block block(3, 2);
  const Tensor before = block.scale.detach().clone();
  const StateDict state = {
      {"scale", full({2}, 5)}, {"running", zeros({3})}, {"fc.kernel", zeros({2, 3})}, {"fc.bias", zeros({2})}};
  try {
    block.load_state_dict(state);
    FAIL("accepted");
  } catch (const nn::StateDictError& e) {
    CHECK(std::string(e.what()) ==
          "[load_state_dict] missing 'fc.weight'; unexpected 'fc.kernel'; 'running' is float32 (3), expected float32 "
          "(2)");
    CHECK(e.report.missing == Names{"fc.weight"});
    CHECK(e.report.unexpected == Names{"fc.kernel"});
    CHECK(e.mismatched == Names{"running"});
  }
  CHECK(equal(block.scale, before));
}

TEST_CASE("Without strict only shapes and kinds must fit; the rest is reported") {
  Block block(3, 2);
  const nn::LoadReport report = block.load_state_dict({{"scale", full({2}, 5)}, {"other", zeros({1})}}, false);
  CHECK(report.missing == Names{"running", "fc.weight", "fc.bias"});
  CHECK(report.unexpected == Names{"other"});
  CHECK(equal(block.scale, full({2}, 5)));
  CHECK_THROWS_WITH(block.load_state_dict({{"scale", zeros({2}, {.dtype = int64})}}, false),
                    "[load_state_dict] 'scale' is int64 (2), expected float32 (2)");
  CHECK_THROWS_WITH(block.load_state_dict({{"scale", ones({2})}, {"scale", ones({2})}}, false),
                    "[load_state_dict] repeated 'scale'");
  CHECK_THROWS_WITH(block.load_state_dict({{"scale", Tensor()}}, false),
                    "[load_state_dict] 'scale' is an undefined tensor");
}

TEST_CASE("float64 weights load into a float32 module, rounded") {
  Block block(3, 2);
  block.load_state_dict({{"scale", full({2}, 0.1, {.dtype = float64})}}, false);
  CHECK(block.scale.dtype() == float32);
  CHECK(block.scale.to_vector<float>() == std::vector<float>{0.1f, 0.1f});
}

TEST_CASE("train and eval reach every child, even one that is added later") {
  Block block(3, 2);
  CHECK(block.dropout.is_training());
  block.eval();
  CHECK_FALSE(block.is_training());
  CHECK_FALSE(block.dropout.is_training());
  block.train();
  CHECK(block.dropout.is_training());

  nn::Sequential model;
  model.eval();
  CHECK_FALSE(model.add<nn::Dropout>(0.5).is_training());
}

TEST_CASE("to(dtype) converts behind the handles, so an optimiser made before goes on working") {
  Block block(3, 2);
  block.eval();
  optim::Adam adam(block.parameters(), {.lr = 0.1});
  const Tensor handle = block.fc.weight;
  sum(block(ones({1, 3}))).backward();
  adam.step();
  block.to(float64);
  CHECK(handle.is_same(block.fc.weight));
  CHECK(handle.dtype() == float64);
  CHECK(block.running.dtype() == float64);
  CHECK_FALSE(handle.grad().defined());
  const Tensor before = handle.detach().clone();
  sum(block(ones({1, 3}, {.dtype = float64}))).backward();
  adam.step();
  CHECK_FALSE(equal(handle, before));
  CHECK_THROWS_WITH(block.to(int64), "[Module::to] parameters cannot become int64; use float32 or float64");
}

TEST_CASE("Freezing and zero_grad reach every parameter") {
  Block block(3, 2);
  sum(block(ones({1, 3}))).backward();
  CHECK(block.fc.bias.grad().defined());
  block.zero_grad();
  for (const Tensor& p : block.parameters()) CHECK_FALSE(p.grad().defined());
  block.requires_grad_(false);
  CHECK_FALSE(block(ones({1, 3})).requires_grad());
}

TEST_CASE("The summary shows names, shapes, counts and the total") {
  nn::Embedding embedding(1200, 10);
  CHECK(embedding.summary() ==
        "parameter         shape       elements\n"
        "weight            (1200, 10)    12,000\n"
        "total parameters                12,000\n");
  Block block(3, 2);
  block.fc.requires_grad_(false);
  CHECK(block.summary() ==
        "parameter         shape   elements\n"
        "scale             (2)            2\n"
        "fc.weight         (2, 3)         6\n"
        "fc.bias           (2)            2\n"
        "running (buffer)  (2)            2\n"
        "total parameters                10\n"
        "of these frozen                  8\n");
}

TEST_CASE("Names of parameters and layers are checked") {
  struct Bad : nn::Module {
    explicit Bad(const std::string& name) {
      register_parameter("weight", weight);
      register_parameter(name, other);
    }
    Tensor weight = ones({1}), other = ones({1});
  };
  CHECK_THROWS_WITH(Bad("weight"), "[Module] the name 'weight' is registered twice in one module");
  CHECK_THROWS_WITH(Bad(""), "[Module] '' cannot name a parameter or layer: names cannot be empty or contain a dot");
  CHECK_THROWS_WITH(Bad("a.b"),
                    "[Module] 'a.b' cannot name a parameter or layer: names cannot be empty or contain a dot");
}

TEST_CASE("Sequential calls its layers in order; ModuleList holds several of one kind") {
  manual_seed(2);
  nn::Sequential model;
  const nn::Linear& first = model.add<nn::Linear>(4, 3);
  model.add<nn::ReLU>();
  const nn::Linear& last = model.add<nn::Linear>(3, 2);
  CHECK(model.size() == 3);
  CHECK(names(model.named_parameters()) == Names{"0.weight", "0.bias", "2.weight", "2.bias"});
  const Tensor x = randn({5, 4});
  CHECK(equal(model(x), last(relu(first(x)))));

  nn::ModuleList<nn::Linear> heads;
  heads.add(4, 1);
  heads.add(4, 1, false);
  CHECK(heads.size() == 2);
  CHECK(names(heads.named_parameters()) == Names{"0.weight", "0.bias", "1.weight"});
  CHECK(heads[1](x).shape() == Shape{5, 1});
}
