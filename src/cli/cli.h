#pragma once
/// The commands of the `lemma` program. Each adds itself to the app; `action` is what is left to do when the arguments
/// are read.

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "lemma/core/device.h"
#include "lemma/train/config.h"

namespace lemma::cli {

inline constexpr const char* kVersion = "0.1.0";

/// How the user called this program: for the commands that it suggests.
std::string& program_name();

/// CLI11 reads an argument like "[a, b]" as a list. A text in brackets is marked before parsing, and unmarked after.
inline constexpr char kWholeText = '\x01';

/// What the program does after its arguments are read; returns the exit status.
using Action = std::function<int()>;

void add_train(CLI::App& app, Action& action);
void add_evaluate(CLI::App& app, Action& action);
void add_predict(CLI::App& app, Action& action);
void add_logits(CLI::App& app, Action& action);
void add_attention(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);

/// A whole number or a number from an option's text. Throws ValueError naming the option and what is expected.
int64_t parse_integer(const std::string& option, const std::string& text, int64_t least = 0,
                      int64_t most = std::numeric_limits<int64_t>::max());
double parse_number(const std::string& option, const std::string& text);

/// --threads N of a command: calls set_num_threads at once.
void add_threads(CLI::App& command);

/// --device NAME of a command: checked at once, so that `device` names one that works. Throws ValueError or
/// DeviceError.
void add_device(CLI::App& command, Device& device);

/// A text that the user gave: valid UTF-8, or an IoError that names `where` and the bad byte.
void check_utf8(const std::string& where, std::string_view text);

/// Writes a line to stdout; throws IoError when that fails (a full disk).
void print_line(const std::string& line);

/// Where a file of data/ is: beside the program's build folder, in its install prefix, or in the source tree it was
/// built from.
std::string bundled_data(const std::string& name);

}  // namespace lemma::cli
