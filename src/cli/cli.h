#pragma once
/// The commands of the `lemma` program, which knows the tasks that it is given. Each adds itself to the app; `action`
/// is what is left to do once the arguments are parsed.

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "lemma/core/device.h"
#include "lemma/train/task.h"

namespace lemma::cli {

/// The program: reads its arguments, runs one command, and turns every failure into one line on stderr and an exit
/// status. The tasks must outlive it.
///   0 done; 1 a failure of its own (a NaN in training, no memory); 2 bad input, a device that is missing, full or
///   lost; 128 + n stopped by signal n, after saving: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP. A reader that
///   closed its end of a pipe ends it by SIGPIPE, quietly.
int main(int argc, char** argv, const train::Tasks& tasks);

inline constexpr const char* kVersion = "0.1.0";

/// How the user called this program: for the commands that it suggests.
std::string& program_name();

/// CLI11 reads an argument like "[a, b]" as a list. A text in brackets is marked before parsing, and unmarked after.
inline constexpr char kWholeText = '\x01';

/// What the program does after its arguments are parsed; returns the exit status.
using Action = std::function<int()>;

void add_train(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_evaluate(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_predict(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_generate(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_play(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_logits(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_attention(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_compare(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_graph(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_inspect(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_info(CLI::App& app, Action& action, const train::Tasks& tasks);
void add_doctor(CLI::App& app, Action& action, const train::Tasks& tasks);

/// An integer, or a real number, from an option's text. Throws ValueError naming the option and what is expected.
int64_t parse_integer(const std::string& option, const std::string& text, int64_t least = 0,
                      int64_t most = std::numeric_limits<int64_t>::max());
double parse_number(const std::string& option, const std::string& text);

/// An option that takes a whole number; `value` must outlive the command.
template <class T>
void add_whole(CLI::App& command, const char* flag, T& value, int64_t least, int64_t most, const char* help) {
  command
      .add_option_function<std::string>(
          flag,
          [flag, &value, least, most](const std::string& text) {
            value = static_cast<T>(parse_integer(flag, text, least, most));
          },
          help)
      ->type_name("N");
}

/// --threads N of a command: calls set_num_threads at once.
void add_threads(CLI::App& command);

/// --device NAME of a command: checked at once, so that `device` names one that works. Throws ValueError or
/// DeviceError.
void add_device(CLI::App& command, Device& device);

/// --threshold P of a command that answers: from 0 to 1. Throws ValueError.
void add_threshold(CLI::App& command, std::optional<double>& threshold);

/// --text-column, --skip-bad-lines and the like of a command that reads labelled files.
void add_reading(CLI::App& command, train::ReadOptions& reading);
/// Of these, --resample and --mix: for a command that reads recordings and no labelled files.
void add_sound_reading(CLI::App& command, train::ReadOptions& reading);

inline constexpr const char* kCannotWrite = "cannot be written to; is the disk full?";

/// Writes a line to stdout, JSON or text: what would turn or move the letters of a terminal as \u202e, which is the
/// same to a reader of JSON. Colours and tabs stay: text that others wrote has been through words::printable. Throws
/// IoError when that fails (a full disk).
void print_line(const std::string& line);

/// The same for sentences, which a terminal gets broken between words (viz::wrapped).
void print_wrapped(const std::string& text);

/// Where a file of data/ is: next to the program's build folder, in its install prefix, or in the source tree it was
/// built from.
std::string bundled_data(const std::string& name);

}  // namespace lemma::cli
