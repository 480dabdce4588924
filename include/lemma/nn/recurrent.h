#pragma once
/// RNN, LSTM and GRU: layers that read a sequence step by step and keep a state. PyTorch's names, defaults, order of
/// the gates and state-dict keys (weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, ..._reverse); batch first.

#include <memory>
#include <vector>

#include "lemma/nn/module.h"

namespace lemma::nn {

struct RecurrentOptions {
  int64_t num_layers = 1;
  bool bias = true;
  double dropout = 0;  ///< of what one layer hands to the next
  bool bidirectional = false;
  bool relu = false;  ///< of an RNN alone, the others refuse it: relu in place of tanh
};

/// What the layers remember, (layers * directions, B, H) each. `c` is an LSTM's alone.
struct RecurrentState {
  Tensor h = {}, c = {};
};

struct RecurrentResult {
  Tensor output;         ///< (B, T, directions * H): h of the last layer at each step; zeros beyond a sequence's length
  RecurrentState state;  ///< after the last step of each sequence
};

/// What they share. x: (B, T, I). Weights start U(-1/sqrt(H), 1/sqrt(H)).
class Recurrent : public Module {
 public:
  /// `lengths`, where given, are those of the B sequences, from 1 to T: what lies behind changes nothing. `state` is
  /// where the first step begins; zeros where it is undefined. Throws ShapeError for tensors that do not fit,
  /// ValueError for lengths outside their range.
  RecurrentResult operator()(const Tensor& x, const std::vector<int64_t>& lengths = {},
                             const RecurrentState& state = {}) const;
  std::string extra_repr() const override;

 protected:
  /// Which formula; the number of gates follows from it.
  enum class Cell { rnn, lstm, gru };
  Recurrent(const char* name, Cell cell, int64_t input_size, int64_t hidden_size, const RecurrentOptions& options);

 private:
  struct Weights {  // of one layer in one direction
    Tensor ih, hh, bias_ih, bias_hh;
  };
  struct Call;
  RecurrentState step(const Weights& weights, const Tensor& from_x, const Tensor& bias_n,
                      const RecurrentState& before) const;
  std::vector<Tensor> read(const Weights& weights, const Tensor& x, bool backwards, const Call& call,
                           RecurrentState& state) const;
  RecurrentState first_state(const Tensor& x, const RecurrentState& given) const;

  const char* name_;
  Cell cell_;
  int64_t input_size_, hidden_size_;
  RecurrentOptions options_;
  std::vector<std::unique_ptr<Weights>> weights_;  // layer by layer, forwards before backwards
};

/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh). Elman, "Finding structure in time", 1990.
class RNN : public Recurrent {
 public:
  RNN(int64_t input_size, int64_t hidden_size, const RecurrentOptions& options = {})
      : Recurrent("RNN", Cell::rnn, input_size, hidden_size, options) {}
};

/// i, f, o = sigmoid(...), g = tanh(...) of W_ih x + b_ih + W_hh h + b_hh, in the order i, f, g, o;  c' = f c + i g,
/// h' = o tanh(c'). Hochreiter & Schmidhuber, 1997, with the forget gate of Gers et al., 2000.
class LSTM : public Recurrent {
 public:
  LSTM(int64_t input_size, int64_t hidden_size, const RecurrentOptions& options = {})
      : Recurrent("LSTM", Cell::lstm, input_size, hidden_size, options) {}
};

/// r, z = sigmoid(W_ih x + b_ih + W_hh h + b_hh), n = tanh(W_in x + b_in + r (W_hn h + b_hn)), in the order r, z, n;
/// h' = (1 - z) n + z h. Cho et al., 2014.
class GRU : public Recurrent {
 public:
  GRU(int64_t input_size, int64_t hidden_size, const RecurrentOptions& options = {})
      : Recurrent("GRU", Cell::gru, input_size, hidden_size, options) {}
};

}  // namespace lemma::nn
