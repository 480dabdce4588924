#include <lemma/lemma.h>

double three() { return lemma::ones({3}).sum().item(); }
