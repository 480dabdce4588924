#include "lemma/nn/activation.h"

#include "nn/checks.h"

namespace lemma::nn {

Dropout::Dropout(double p) : p_(p) { check_probability("Dropout", p); }

}  // namespace lemma::nn
