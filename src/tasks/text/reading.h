#pragma once
/// What the program can do about a line that does not read.

#include "lemma/data/odd_lines.h"

namespace lemma::tasks {

/// read(), whose error about a line names the option that leaves it out.
template <class Read>
auto naming_the_option(Read&& read) {
  try {
    return read();
  } catch (const data::BadLineError& error) {
    throw IoError(error.where(), error.message() + " (--skip-bad-lines leaves such lines out)");
  }
}

}  // namespace lemma::tasks
