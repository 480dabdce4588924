#pragma once
/// What every tutorial needs: headings, a number predicted and then shown, and an exit code that tells whether they
/// agreed. What the command line said is in arguments.h.

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "arguments.h"
#include "lemma/lemma.h"

namespace tutorial {

inline int& mismatches() {
  static int count = 0;
  return count;
}

/// The first lines: the question this step answers, how long it takes, and the seed of its random numbers.
inline void begin(const char* title, const char* question, const char* time, uint64_t seed) {
  seed = arguments().seed.value_or(seed);
  lemma::manual_seed(seed);
  fmt::print("{}\n{}\nTakes {} on two cores. Seed {}.\n", styled(fmt::format("Tutorial {}", title), bold),
             wrapped(question), time, seed);
}

/// A heading.
inline void section(const std::string& title) {
  fmt::print("\n{}\n\n", styled(wrapped("== " + title), bold));
  std::fflush(stdout);  // what takes long shows where it is
}

/// A sentence of explanation.
template <class... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  fmt::print("{}\n", wrapped(unbroken(fmt::format(text, std::forward<Args>(args)...))));
}

/// A tensor with its name, its rows one below the other.
inline void show(const std::string& name, const lemma::Tensor& x) {
  std::string text = x.str();
  const std::string indent(name.size() + 5, ' ');
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) text.insert(at + 1, indent);
  fmt::print("  {} = {}\n", name, text);
}

/// Four decimals, none for a whole number: "6", "0.0900". The same text wherever two numbers differ in their last bits
/// only.
inline std::string number(double x) {
  std::string text = fmt::format("{:.4f}", x);
  if (text.ends_with(".0000")) text.resize(text.size() - 5);
  return text == "-0" ? "0" : text;
}

inline std::string numbers(const std::vector<double>& values) {
  std::string text;
  for (double x : values) text += (text.empty() ? "" : " ") + number(x);
  return text;
}

inline bool verdict(bool agreed, const std::string& line) {
  const std::string word = agreed ? "ok" : "MISMATCH", text = wrapped(fmt::format("  {}  {}", line, word));
  fmt::print("{}{}\n", text.substr(0, text.size() - word.size()), styled(word, agreed ? green : red));
  if (!agreed) ++mismatches();
  return agreed;
}

/// What was predicted next to what came out; one below the other when that is long, or the terminal narrow.
inline bool compare(bool agreed, const std::string& what, const std::string& expected, const std::string& got) {
  const std::string line = fmt::format("{:<38}  expected {}  got {}", what, expected, got);
  if (expected.size() + got.size() <= 44 && (columns() == 0 || line.size() + 6 <= columns()))
    return verdict(agreed, line);
  return verdict(agreed, fmt::format("{}\n    expected {}\n    got      {}", what, expected, got));
}

/// Two texts that must be equal: shapes, strides, messages.
inline bool check(const std::string& what, const std::string& expected, const std::string& got) {
  return compare(expected == got, what, expected, got);
}

/// Two numbers that must agree to `tolerance`.
inline bool check(const std::string& what, double expected, double got, double tolerance = 1e-4) {
  return compare(std::abs(expected - got) <= tolerance, what, number(expected), number(got));
}

/// All values of a tensor in reading order, to `tolerance`.
inline bool check(const std::string& what, const std::vector<double>& expected, const lemma::Tensor& got,
                  double tolerance = 1e-4) {
  const std::vector<double> values = got.to_vector<double>();
  bool agreed = values.size() == expected.size();
  for (size_t i = 0; agreed && i < values.size(); ++i) agreed = std::abs(values[i] - expected[i]) <= tolerance;
  return compare(agreed, what, numbers(expected), numbers(values));
}

/// Something that must be true.
inline bool claim(const std::string& what, bool holds) { return verdict(holds, what); }

/// Says whether anything did not agree, and is the exit code.
inline int outcome() {
  if (mismatches() == 0) return 0;
  fmt::print("\n{} of the numbers above are not what this tutorial promises.{}\n", mismatches(),
             arguments().seed ? " Its promises are for its own seed: try again without --seed." : "");
  return 1;
}

/// The last lines. Returns main's exit code: 1 if anything above did not agree.
inline int finish(const std::vector<std::string>& learnt, const std::vector<std::string>& exercises,
                  const std::string& next) {
  section("What you learnt");
  for (const std::string& line : learnt) say("  - {}", line);
  section("Exercises");
  for (size_t i = 0; i < exercises.size(); ++i) say("  {}. {}", i + 1, exercises[i]);
  say("\nNext: {}", next);
  return outcome();
}

/// A classic mistake, made on purpose by --break NAME: what is done wrong, and the function that shows what finds it.
struct Break {
  std::string name, mistake;
  void (*show)() = nullptr;
};

/// Runs a lesson, or what `--break NAME` asks for (all: each of them). An error of the library, or an argument that
/// makes no sense, becomes one line and exit code 2.
inline int run(int (*lesson)(), int argc, char** argv, const std::vector<Break>& breaks = {}) {
  try {
    std::string known;
    for (const Break& b : breaks) known += fmt::format("  {:<22} {}\n", b.name, b.mistake);
    if (!read_arguments(argc, argv, known)) return 0;
    const std::string& wanted = arguments().mistake;
    if (wanted.empty()) return lesson();
    bool found = false;
    for (const Break& b : breaks) {
      if (wanted != b.name && wanted != "all") continue;
      found = true;
      lemma::manual_seed(arguments().seed.value_or(1));
      section(fmt::format("Broken on purpose, {}: {}", b.name, b.mistake));
      b.show();
    }
    if (!found)
      throw lemma::ValueError("--break", fmt::format("there is no '{}' here; {}", wanted,
                                                     known.empty() ? "this step has none" : "it has:\n" + known));
    return outcome();
  } catch (const lemma::Error& error) {
    std::fflush(stdout);  // what was printed before the error comes before it
    const bool file = dynamic_cast<const lemma::IoError*>(&error) != nullptr;
    fmt::print(stderr, "{}{}\n", error.what(), file ? "; run the tutorials from the root of the repository" : "");
    return 2;
  }
}

}  // namespace tutorial
