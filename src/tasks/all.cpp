#include "lemma/tasks/all.h"

namespace lemma::tasks {

const train::Tasks& all() {
  static const train::Tasks list = {&sentiment(), &ner(), &lm(), &translation(), &image(), &decision(), &speech()};
  return list;
}

}  // namespace lemma::tasks
