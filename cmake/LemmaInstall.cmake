# `cmake --install` so that find_package(lemma) finds lemma::lemma.
