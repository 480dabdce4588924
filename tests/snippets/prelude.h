#pragma once
/// What a snippet of the documentation may take for granted: the library, and values of the names that a reader would
/// guess.

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "lemma/lemma.h"

struct Snippet {
  const char* where;     ///< file and line
  void (*run)();         ///< the code
  bool runs;             ///< false: it is enough that it compiles
  const char* expected;  ///< what it prints; nullptr where the page does not say
};
const std::vector<Snippet>& snippets();

/// Set before each snippet, in variables of its own, which it may hide.
#define SNIPPET_PRELUDE                                                                                               \
  using namespace lemma;                                                                                              \
  Tensor x = rand({4, 3}), y = rand({4, 3}), a = rand({3, 3}), b = rand({3, 3}), labels = tensor({0, 1, 1, 0}), loss; \
  Tensor ids = tensor({{1, 2}, {3, 0}}), weight = rand({3, 3}, {.requires_grad = true});                              \
  weight.set_grad(ones({3, 3}));                                                                                      \
  nn::Linear model(3, 2);                                                                                             \
  optim::SGD optimizer(model.parameters());                                                                           \
  const std::vector<Tensor> matrices = {rand({2, 2}, {.requires_grad = true})},                                       \
                            biases = {rand({2}, {.requires_grad = true})};                                            \
  const double lr = 0.1;                                                                                              \
  const std::string text = "some text";                                                                               \
  const io::NamedTensors tensors = {{"weight", weight}};
