#include "lemma/nn/activation.h"

#include "nn/checks.h"
#include "nn/print.h"

namespace lemma::nn {

Dropout::Dropout(double p) : p_(p) { check_probability("Dropout", p); }

std::string Dropout::extra_repr() const { return fmt::format("p={}, inplace=False", python(p_)); }

}  // namespace lemma::nn
