#include <unistd.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cli/cli.h"
#include "lemma/core/error.h"
#include "lemma/core/threads.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"
#include "lemma/ops.h"
#include "lemma/viz/wrap.h"

namespace lemma::cli {
namespace fs = std::filesystem;

std::string& program_name() {
  static std::string name = "lemma";
  return name;
}

int64_t parse_integer(const std::string& option, const std::string& text, int64_t least, int64_t most) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && value >= least && value <= most) return value;
  if (error == std::errc::result_out_of_range && stop == end && !text.starts_with('-'))
    throw ValueError(
        option, fmt::format("{} was given; expected a whole number from {} to {}", words::quote(text), least, most));
  const std::string range = most == std::numeric_limits<int64_t>::max() ? fmt::format("of {} or more", least)
                                                                        : fmt::format("from {} to {}", least, most);
  throw ValueError(option, fmt::format("{} was given; expected a whole number {}", words::quote(text), range));
}

double parse_number(const std::string& option, const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && std::isfinite(value)) return value;
  throw ValueError(option, fmt::format("{} was given; expected a number such as 0.1 or 1e-3", words::quote(text)));
}

void add_threads(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "--threads",
          [](const std::string& text) { set_num_threads(static_cast<int>(parse_integer("--threads", text, 1, 4096))); },
          "CPU threads; the results are the same for any number (default: all cores)")
      ->type_name("N");
}

namespace {

Device parse_device(const std::string& text) {
  Device device = Device::cpu();
  try {
    device = Device::parse(text);
  } catch (const DeviceError&) {
    throw ValueError("--device", fmt::format("{} is not a device; expected cpu, cuda or cuda:1", words::quote(text)));
  }
  try {
    empty({1}, {.device = device});
  } catch (const DeviceError& error) {
    throw DeviceError("--device", error.message(), {device});
  }
  return device;
}

}  // namespace

void add_device(CLI::App& command, Device& device) {
  command
      .add_option_function<std::string>(
          "--device", [&device](const std::string& text) { device = parse_device(text); },
          "cpu, cuda or cuda:1, ... (default cpu); `lemma doctor` lists them")
      ->type_name("NAME");
}

void add_threshold(CLI::App& command, std::optional<double>& threshold) {
  command
      .add_option_function<std::string>(
          "--threshold",
          [&threshold](const std::string& text) {
            const double value = parse_number("--threshold", text);
            if (value < 0 || value > 1)
              throw ValueError("--threshold",
                               fmt::format("{} was given; expected a probability, from 0 to 1", words::quote(text)));
            threshold = value;
          },
          "of two classes choose the second where its probability is at least P (default: the likelier one)")
      ->type_name("P");
}

void print_line(const std::string& line) {
  const std::string shown = words::printable_json(line) + "\n";  // text has no other place for such characters either
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size() || std::fflush(stdout) != 0)
    throw IoError("stdout", kCannotWrite);
}

void print_wrapped(const std::string& text) { print_line(viz::wrapped(text, viz::columns_of(STDOUT_FILENO))); }

std::string bundled_data(const std::string& name) {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const fs::path sources = fs::path(__FILE__).parent_path() / ".." / "..";
  for (const fs::path& root : {program / ".." / "data", program / ".." / "share" / "lemma" / "data", sources / "data"})
    if (fs::exists(root / name, ignored)) return (root / name).lexically_normal().string();
  throw IoError(name, "the corpora of data/ were not found next to this program; give --train FILE and --dev FILE");
}

}  // namespace lemma::cli
