#pragma once
/// Seeing the graph.

#include <string>

#include "lemma/tensor.h"

namespace lemma {

/// The graph behind `root` as an indented text tree: operation, shape, small values, kept gradients, bytes held.
std::string explain(const Tensor& root);
/// The graph in Graphviz's language: value and d(root)/d(node) in each node, and on each edge between scalars the
/// derivative of the result with respect to that input. Draw it with `dot -Tsvg`. Runs the derivatives itself; leaves
/// every .grad alone.
std::string to_dot(const Tensor& root);
/// Gives a tensor a name for explain() and to_dot(). Returns it.
Tensor named(const Tensor& x, const std::string& name);

}  // namespace lemma
