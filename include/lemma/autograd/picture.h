#pragma once
/// Seeing the graph.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "lemma/tensor.h"

namespace lemma {

/// The graph behind `root` as an indented text tree: operation, shape, small values, kept gradients, bytes held.
std::string explain(const Tensor& root);

/// A graph with its gradients, to be drawn.
struct GraphPicture {
  struct Vertex {
    std::string op;    ///< what computed it; "leaf" for a tensor that nothing computed
    std::string name;  ///< from named(); empty: none
    Shape shape;
    std::string value, grad;           ///< "6" or "[1 2]", of up to six elements; else empty
    double grad_norm = NAN;            ///< the 2-norm of d(root)/d(this); NaN: none arrives
    uint64_t sequence = 0;             ///< of the node: results have larger ones than their inputs; 0 for a leaf
    const TensorImpl* leaf = nullptr;  ///< identifies a leaf
  };
  struct Edge {
    size_t from = 0, to = 0;  ///< vertices: an input, and the result
    double derivative = NAN;  ///< d(result)/d(input) between scalars; else NaN
  };
  std::vector<Vertex> vertices;  ///< the root first, results before inputs
  std::vector<Edge> edges;
};
/// What leads from the tensors that require a gradient to `root`. Runs the derivatives itself; leaves every .grad
/// alone, and the graph as it was. Throws GradError for a tensor without a graph.
GraphPicture picture(const Tensor& root);

/// The same in Graphviz's language: value and d(root)/d(node) in each node, and on each edge between scalars the
/// derivative of the result with respect to that input. Draw it with `dot -Tsvg`.
std::string to_dot(const Tensor& root);
/// Gives a tensor a name for explain(), picture() and to_dot(). Returns it.
Tensor named(const Tensor& x, const std::string& name);

}  // namespace lemma
