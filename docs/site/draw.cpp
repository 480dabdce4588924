// Draws the pictures of the tutorials that no program writes into a file. usage: draw DIR
#include <cmath>
#include <string>
#include <vector>

#include <lemma/lemma.h>
using namespace lemma;

namespace {

std::vector<std::vector<double>> table(const Tensor& x) {
  std::vector<std::vector<double>> rows;
  for (const Tensor& row : x) rows.push_back(row.to_vector<double>());
  return rows;
}

std::vector<std::string> numbers(int64_t n, int64_t every) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < n; ++i) names.push_back(i % every == 0 ? std::to_string(i) : "");
  return names;
}

}  // namespace

int main(int, char** argv) {
  const std::string dir = argv[1];
  const Tensor hands = nn::sinusoidal_positions(32, 32).reshape({32, 16, 2});  // (T, D/2, sin and cos)
  const Tensor sorted = cat({hands.select(2, 0), hands.select(2, 1)}, 1);  // sines on the left, cosines on the right
  io::write_file(dir + "/positions.svg", viz::heatmap_svg({.values = table(sorted),
                                                           .row_labels = numbers(32, 4),
                                                           .column_labels = numbers(32, 4),
                                                           .title = "Positions 0 to 31",
                                                           .low = -1,
                                                           .high = 1,
                                                           .show_values = false}));
  const std::vector<std::string> words = {"the", "dog", "chased", "the", "cat", "."};
  const Tensor weights = masked_fill(zeros({6, 6}), logical_not(nn::attend_causal(6)), -INFINITY).softmax(-1);
  io::write_file(dir + "/masks.svg", viz::heatmap_svg({.values = table(weights),
                                                       .row_labels = words,
                                                       .column_labels = words,
                                                       .title = "Who may look where",
                                                       .low = 0,
                                                       .high = 1}));
}
