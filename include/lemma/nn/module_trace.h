#pragma once
/// ModuleTrace: which module made which part of a graph.

#include <memory>
#include <string>
#include <vector>

#include "lemma/autograd/picture.h"
#include "lemma/nn/module.h"

namespace lemma::nn {

/// Watches the calls of a module and of all within it, for as long as it lives:
///   const nn::ModuleTrace trace(model);
///   GraphPicture graph = picture(model(rand({2, 3})).sum());
///   const std::vector<std::string> modules = trace.modules(graph);
class ModuleTrace {
 public:
  /// The module must outlive it.
  explicit ModuleTrace(Module& root);
  ~ModuleTrace();
  ModuleTrace(const ModuleTrace&) = delete;
  ModuleTrace& operator=(const ModuleTrace&) = delete;

  /// For each vertex the innermost module, as named_modules() calls it: "encoder.layers.0"; "" for the root and for
  /// what was computed outside. A parameter belongs to its owner. Modules whose calls run no hooks are taken to reach
  /// from the first operation on one of their parameters, or call of a module within them, to the last.
  std::vector<std::string> modules(const GraphPicture& graph) const;
  /// Gives the parameters among the leaves their names within their modules: "weight".
  void name_parameters(GraphPicture& graph) const;

 private:
  struct Watched;
  std::unique_ptr<Watched> watched_;
};

}  // namespace lemma::nn
