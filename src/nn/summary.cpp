// Module::summary(): the table that a printed model shows.
#include <fmt/format.h>

#include <algorithm>

#include "lemma/core/words.h"
#include "lemma/nn/module.h"

namespace lemma::nn {

namespace {

struct Row {
  std::string name, shape, count;
};

}  // namespace

std::string Module::summary() const {
  std::vector<Row> rows{{"parameter", "shape", "elements"}};
  int64_t frozen = 0;
  for (const auto& [name, tensor] : named_parameters()) {
    rows.push_back({name, tensor.shape().str(), words::grouped(tensor.numel())});
    if (!tensor.requires_grad()) frozen += tensor.numel();
  }
  for (const auto& [name, tensor] : named_buffers())
    rows.push_back({name + " (buffer)", tensor.shape().str(), words::grouped(tensor.numel())});
  rows.push_back({"total parameters", "", words::grouped(num_parameters())});
  if (frozen > 0) rows.push_back({"of these frozen", "", words::grouped(frozen)});

  size_t name_width = 0, shape_width = 0, count_width = 0;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    shape_width = std::max(shape_width, row.shape.size());
    count_width = std::max(count_width, row.count.size());
  }
  std::string text;
  for (const Row& row : rows)
    text +=
        fmt::format("{:<{}}  {:<{}}  {:>{}}\n", row.name, name_width, row.shape, shape_width, row.count, count_width);
  return text;
}

}  // namespace lemma::nn
