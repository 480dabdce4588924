// Sub-layers: named once, found when forgotten; what holds what; moving; nesting.
#include "lemma/lemma.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

using Names = std::vector<std::string>;

Names names(const std::vector<std::pair<std::string, nn::Module*>>& named) {
  Names found;
  for (const auto& [name, module] : named) found.push_back(name);
  return found;
}

struct Net : nn::Layer {
  nn::Linear hidden = child(this, "hidden", 2, 8), out = child(this, "out", 8, 2);
  Tensor forward(const Tensor& x) const override { return out(tanh(hidden(x))); }
};

// Names in any order, sub-layers of its own, and one that only some modules of the class have.
struct Tower : nn::Module {
  explicit Tower(bool tall) : base(child(this, "base")) {
    if (tall) top = child(this, "top", 2, 3);
    for (int i = 0; i < 2; ++i) rest.add(3, 3, false);
  }
  Net base;
  std::unique_ptr<nn::Linear> top;
  nn::ModuleList<nn::Linear> rest = child(this, "rest");
};

}  // namespace

TEST_CASE("child() builds a member in its place and registers it under its name") {
  Net net;
  CHECK(names(net.named_children()) == Names{"hidden", "out"});
  CHECK(net.children() == std::vector<nn::Module*>{&net.hidden, &net.out});
  CHECK(net.parameters().size() == 4);
  CHECK(net.parameters()[2].is_same(net.out.weight));

  Tower low(false), tall(true);
  CHECK(names(low.named_children()) == Names{"base", "rest"});
  CHECK(names(tall.named_children()) == Names{"base", "rest", "top"});
  CHECK(names(tall.named_modules()) == Names{"", "base", "base.hidden", "base.out", "rest", "rest.0", "rest.1", "top"});
  CHECK(tall.modules().front() == &tall);
  tall.eval();
  CHECK_FALSE(tall.base.out.is_training());
}

TEST_CASE("apply visits the parts first, then the whole") {
  Tower tower(true);
  Names seen;
  nn::Module& same = tower.apply([&](nn::Module& m) { seen.push_back(m.type_name()); });
  CHECK(&same == &tower);
  CHECK(seen == Names{"Linear", "Linear", "Net", "Linear", "Linear", "ModuleList", "Linear", "Tower"});
  tower.apply([](nn::Module& m) {
    if (auto* linear = dynamic_cast<nn::Linear*>(&m)) nn::init::constant_(linear->weight, 3);
  });
  CHECK(tower.top->weight[0][0].item() == 3);
}

TEST_CASE("A layer that two modules share is listed once among the modules, and saved under both names") {
  struct Shared : nn::Module {
    Shared() { register_module("again", first); }
    nn::Linear first = child(this, "first", 1, 1);
  } shared;
  CHECK(names(shared.named_modules()) == Names{"", "first"});
  CHECK(shared.state_dict().size() == 4);
}

TEST_CASE("A forgotten sub-layer is found by whatever looks inside first") {
  struct Forgetful : nn::Module {
    nn::Linear first = child(this, "first", 2, 2);
    nn::Dropout second{0.1};
  };
  const std::string said =
      "[Module] sub-layer 2 of Forgetful, a Dropout, has no name; declare it as `Dropout name = child(this, \"name\", "
      "...)`, and hold by pointer what is not part of the model";
  Forgetful module;
  CHECK_THROWS_WITH(module.parameters(), said);
  CHECK_THROWS_WITH(module.state_dict(), said);
  CHECK_THROWS_WITH(module.eval(), said);
  CHECK(module.first.is_training());
  CHECK_THROWS_WITH(module.to(float64), said);
  CHECK_THROWS_WITH(module.children(), said);
  CHECK_THROWS_WITH(module.modules(), said);
  CHECK_THROWS_WITH(module.apply([](nn::Module&) {}), said);
  CHECK_THROWS_WITH(module.str(), said);
}

TEST_CASE("A forgotten sub-layer is found in a part, which names it, even one that registers nothing itself") {
  struct Empty : nn::Module {
    nn::Linear alone{2, 2};
  };
  struct Whole : nn::Module {
    Empty part = child(this, "part");
  } whole;
  CHECK_THROWS_WITH(whole.parameters(),
                    Catch::Matchers::StartsWith("[Module] sub-layer 1 of Empty, a Linear, has no name"));

  nn::ModuleList<Empty> list;
  list.add();
  CHECK_THROWS_WITH(list.parameters(),
                    Catch::Matchers::StartsWith("[Module] sub-layer 1 of Empty, a Linear, has no name"));
  nn::Sequential model;
  struct Callable : nn::Layer {
    Tensor forward(const Tensor& x) const override { return inside(x); }
    nn::Linear inside{2, 2};
  };
  model.add<Callable>();
  CHECK_THROWS_WITH(model.parameters(),
                    Catch::Matchers::StartsWith("[Module] sub-layer 1 of Callable, a Linear, has no name"));
}

TEST_CASE("Neighbours in memory, and layers held by pointer, are not members") {
  struct Pair {
    nn::Linear a{2, 2}, b{2, 2};
  } pair;
  CHECK(pair.a.parameters().size() == 2);
  Net teacher;
  struct Student : nn::Module {
    explicit Student(const Net& other) : teacher(&other) {}
    nn::Linear fc = child(this, "fc", 1, 1);
    const Net* teacher;
  } student(teacher);
  CHECK(student.parameters().size() == 2);
}

TEST_CASE("A sub-layer that is gone is no longer listed, and a failed one never was") {
  Tower tower(true);
  tower.top.reset();
  CHECK(names(tower.named_children()) == Names{"base", "rest"});
  struct Picky : nn::Module {
    void add(int64_t size) { part = child(this, "part", size, 1); }
    std::unique_ptr<nn::Linear> part;
  } picky;
  CHECK_THROWS_WITH(picky.add(0), "[Linear] in_features is 0; it must be 1 or more");
  CHECK(picky.children().empty());
  picky.add(2);
  CHECK_THROWS_WITH(picky.add(2), "[Module] the name 'part' is registered twice in one module");
  CHECK(picky.parameters().size() == 2);
  const nn::Linear free(1, 1);  // the failed one left nothing behind that this could be taken for
  CHECK(picky.parameters().size() == 2);
}

TEST_CASE("A module within itself is refused, whatever the distance") {
  struct Open : nn::Module {
    using Module::register_module;
  };
  Open a, b, c;
  a.register_module("b", b);
  b.register_module("c", c);
  CHECK_THROWS_WITH(a.register_module("me", a), "[Module] 'me' would make this Open a part of itself");
  CHECK_THROWS_WITH(c.register_module("top", a), "[Module] 'top' would make this Open a part of itself");
  CHECK(a.modules().size() == 3);
}

TEST_CASE("Modules nest 1000 levels deep, and no deeper, built from above or from below") {
  nn::Sequential top;
  nn::Sequential* last = &top;
  for (int level = 1; level < 1000; ++level) last = &last->add<nn::Sequential>();
  CHECK(last->add<nn::Linear>(1, 1).is_training());
  CHECK(top.parameters().size() == 2);
  CHECK(top.modules().size() == 1001);
  CHECK(top(ones({1, 1})).shape() == Shape{1, 1});
  const std::string printed = top.str();
  CHECK(std::count(printed.begin(), printed.end(), '\n') == 2000);
  struct Open : nn::Module {
    using Module::register_module;
  } open;
  CHECK_THROWS_WITH(open.register_module("deep", top),
                    "[Module] 'deep' would be the 1001th level of modules within modules; at most 1000 can be nested");
  nn::Sequential& more = last->add<nn::Sequential>();
  CHECK_THROWS_WITH(more.add<nn::Linear>(1, 1),
                    "[Module] '0' would be the 1001th level of modules within modules; at most 1000 can be nested");
  CHECK(top.modules().size() == 1002);
}

TEST_CASE("A layer moves with its parts, unless it is a part itself") {
  Net net;
  const Tensor x = randn({3, 2}), y = net(x);
  const Tensor weight = net.hidden.weight;
  Net moved(std::move(net));
  CHECK(names(moved.named_children()) == Names{"hidden", "out"});
  CHECK(moved.children() == std::vector<nn::Module*>{&moved.hidden, &moved.out});
  CHECK(moved.parameters()[0].is_same(weight));
  CHECK(equal(moved(x), y));
  moved.to(float64);  // through the slots that moved
  CHECK(moved.hidden.weight.dtype() == float64);
  CHECK_THROWS_WITH(nn::Linear(std::move(moved.hidden)),
                    "[Module] this Linear is a part of Net and cannot be moved out of it");
  nn::Linear alone(2, 2);
  CHECK_THROWS_WITH(nn::Linear(std::move(alone)),
                    "[Module] this Linear cannot be moved; build it where it is to stay, several in an nn::ModuleList");
}
