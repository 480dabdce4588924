#pragma once
/// generate(): a model's text, token by token, for decoder-only and encoder-decoder models alike.

#include <cstdint>
#include <functional>
#include <vector>

#include "lemma/random.h"
#include "lemma/tensor.h"

namespace lemma::nn {

/// The order is: repetition penalty, temperature, top_k, top_p.
struct GenerateOptions {
  int64_t max = 100;          ///< new tokens at most
  double temperature = 1;     ///< the logits are divided by it; 0 takes the likeliest token, without chance
  int64_t top_k = 0;          ///< only the k likeliest tokens; 0: all
  double top_p = 1;           ///< only the likeliest tokens that together have this probability; at least one
  int64_t beams = 1;          ///< above 1: beam search, the likeliest text instead of a drawn one
  double length_penalty = 1;  ///< beams compare log P(text) / length^length_penalty; above 1 favours longer texts
  double repetition_penalty =
      1;             ///< divides a positive logit of a token that was there before, multiplies a negative one
  int64_t end = -1;  ///< the token that ends a text; -1: none
  Generator* generator = nullptr;                    ///< where chance comes from; null: the calling thread's
  std::function<bool(int64_t token)> on_token = {};  ///< told of each token as it comes (not with beams); false stops
};

/// A text in the making, as generate() sees it: N sequences of equal length, which may share a source and caches.
class Decoding {
 public:
  virtual ~Decoding() = default;
  /// ids, int64 (N, T): the tokens behind what the sequences hold. Returns the logits (N, V) of the token after them.
  virtual Tensor next(const Tensor& ids) = 0;
  /// The sequences `rows`, int64 (M), go on, in that order; a row may come twice.
  virtual void select(const Tensor& rows) = 0;
};

/// The new tokens, `end` among them where it came; without the prompt, which must hold at least one token. Runs without
/// the tape. Throws ValueError for an option outside its range and for logits that are not numbers.
std::vector<int64_t> generate(Decoding& model, const std::vector<int64_t>& prompt, const GenerateOptions& options = {});

/// log softmax of the logits (V) after the penalty for the tokens `before`, in double precision.
std::vector<double> log_probabilities(const std::vector<double>& logits, const std::vector<int64_t>& before,
                                      double repetition_penalty = 1);
/// One token drawn as the options say.
int64_t draw_token(const std::vector<double>& logits, const std::vector<int64_t>& before,
                   const GenerateOptions& options);

}  // namespace lemma::nn
