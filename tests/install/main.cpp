#include <iostream>

#include <lemma/lemma.h>

int main() {
  lemma::Tensor x = lemma::tensor({1.0, 2.0, 3.0});
  x.requires_grad_();
  lemma::sum(x * x).backward();
  std::cout << lemma::sum(x.grad()).item() << "\n";  // 2 * (1 + 2 + 3)
}
