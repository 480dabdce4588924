#pragma once
/// The options of training on the command line, and as a page: both generated from the rows of lemma/train/options.h.

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "lemma/train/task.h"

namespace lemma::cli {

/// Flags with the text given for each, in the order given.
using Choices = std::vector<std::pair<std::string, std::string>>;

/// Adds the flag of every option of every task to a command; what is given goes into `choices`, which must outlive the
/// command.
void add_options(CLI::App& command, const train::Tasks& tasks, Choices& choices);

/// Stores the choices in the options. Throws ValueError naming the flag and what is expected, also for a flag that is
/// no option of this task.
void apply(const Choices& choices, const train::Task& task, train::Options& options);

/// docs/options.md: every option with its flag, range, default and meaning.
std::string options_page(const train::Tasks& tasks);

}  // namespace lemma::cli
