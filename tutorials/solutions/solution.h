#pragma once
/// What the answers to a tutorial's exercises need beside what the tutorial has.

#include "../tutorial.h"

namespace tutorial {

/// A heading: the number of the exercise in the tutorial, and what it asks.
inline void exercise(int number, const std::string& task) { section(fmt::format("Exercise {}. {}", number, task)); }

/// Runs the answers; 1 if a number is not as it is said.
inline int run_answers(void (*answers)(), int argc, char** argv) {
  static void (*given)();
  given = answers;
  return run(
      [] {
        lemma::manual_seed(arguments().seed.value_or(1));
        given();
        return outcome();
      },
      argc, argv);
}

}  // namespace tutorial
