#include "cli/cli.h"
#include "lemma/tasks/all.h"

int main(int argc, char** argv) { return lemma::cli::main(argc, argv, lemma::tasks::all()); }
