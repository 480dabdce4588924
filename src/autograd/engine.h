#pragma once
/// The engine: walks the tape from results to leaves. The only place where gradients are added together.

#include <vector>

#include "lemma/autograd/grad.h"
#include "lemma/tape/node.h"

namespace lemma::engine {

struct Root {
  Tensor tensor;
  Tensor grad;  // of the tensor's shape
};

/// What a gradient can be asked for: an output of a node, or a leaf. The address of either is its key.
inline const void* key_of(const Node* node, uint32_t output, const TensorImpl* leaf) {
  return node ? static_cast<const void*>(&node->output(output)) : leaf;
}
inline const void* key_of(const Edge& edge) { return key_of(edge.node.get(), edge.output, edge.leaf.get()); }
inline const void* key_of(const TensorImpl& impl) { return key_of(impl.node.get(), impl.output, &impl); }

/// Walks the graph behind `roots`. Returns the complete gradients of `targets`, which are keys, in order, undefined
/// where none arrived. With `accumulate` the gradients of leaves are added to their .grad.
std::vector<Tensor> run(const std::vector<Root>& roots, const std::vector<const void*>& targets,
                        const GradOptions& options, bool accumulate);

}  // namespace lemma::engine
