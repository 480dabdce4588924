#pragma once
/// The engine: walks the tape from results to leaves. The only place where gradients are added together.

#include <vector>

#include "lemma/autograd/grad.h"
#include "tape/node.h"

namespace lemma::engine {

struct Root {
  Tensor tensor;
  Tensor grad;  // of the tensor's shape
};

/// Walks the graph behind `roots`. `targets` are nodes or leaves (Edge::key) whose complete gradients are returned, in
/// order, undefined where none arrived. With `accumulate` the gradients of leaves are added to their .grad.
std::vector<Tensor> run(const std::vector<Root>& roots, const std::vector<const void*>& targets,
                        const GradOptions& options, bool accumulate);

/// Node or leaf of a tensor that requires a gradient: what run() calls a target.
const void* key_of(const Tensor& tensor);

}  // namespace lemma::engine
