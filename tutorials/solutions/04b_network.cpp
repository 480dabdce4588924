// Answers to the exercises of tutorial 04b.
#include "solution.h"

using namespace lemma;
using namespace tutorial;

double learn(nn::Sequential& net) {
  const Tensor x = tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}), y = tensor({0, 1, 1, 0});
  optim::Adam adam(net.parameters(), {.lr = 0.05});
  for (int step = 0; step < 500; ++step) {
    adam.zero_grad();
    cross_entropy(net(x), y).backward();
    adam.step();
  }
  return cross_entropy(net(x), y).item();
}

void answers() {
  set_num_threads(1);
  exercise(1, "Without nn::Tanh");
  nn::Sequential flat;
  flat.add<nn::Linear>(2, 8);
  flat.add<nn::Linear>(8, 2);
  check("two linear layers are one: ln 2", std::log(2.0), learn(flat), 1e-3);

  exercise(3, "All weights 0");
  nn::Sequential net;
  net.add<nn::Linear>(2, 8);
  net.add<nn::Tanh>();
  net.add<nn::Linear>(8, 2);
  {
    NoGrad guard;
    for (Tensor p : net.parameters()) p.zero_();
  }
  check("nothing moves: ln 2", std::log(2.0), learn(net), 1e-3);
}

int main(int argc, char** argv) { return run_answers(answers, argc, argv); }
