#include "lemma/tasks/speech/options.h"

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::tasks {

using train::Field;
using train::Numbers;

std::vector<Field> SpeechOptions::task_fields() {
  const auto model_field = [](Field field) {
    field.section = "model";
    return field;
  };
  return {
      model_field({.key = "model",
                   .value = &model,
                   .flag = "--model",
                   .help = "the network: a Conformer, with CTC for strings, or an LSTM, with a decoder for them",
                   .choices = {"conformer", "lstm"}}),
      model_field({.key = "width",
                   .value = &width,
                   .flag = "--width",
                   .help = "size of the vectors in the layers",
                   .least = 2,
                   .most = 4096}),
      model_field({.key = "layers",
                   .value = &layers,
                   .flag = "--layers",
                   .help = "blocks of a Conformer, layers of an LSTM",
                   .least = 1,
                   .most = 256}),
      model_field(
          {.key = "heads", .value = &heads, .flag = "--heads", .help = "attention heads of a Conformer", .least = 1}),
      model_field({.key = "mels",
                   .value = &mels,
                   .flag = "--mels",
                   .help = "bands that a sound is heard in",
                   .least = 8,
                   .most = 256}),
      model_field({.key = "kernel",
                   .value = &kernel,
                   .flag = "--kernel",
                   .help = "steps that a Conformer's convolution sees; odd",
                   .least = 1,
                   .most = 255}),
      model_field({.key = "dropout",
                   .value = &dropout,
                   .flag = "--dropout",
                   .help = "share of the values set to zero while training",
                   .numbers = Numbers::share,
                   .noise = true}),
      model_field({.key = "join",
                   .value = &join,
                   .flag = "--join",
                   .help = "learn strings of 3 to N recordings of one speaker, joined; 0: recordings as they are",
                   .most = 100}),
      {.key = "label_smoothing",
       .value = &label_smoothing,
       .flag = "--label-smoothing",
       .help = "share of each target that is spread over all classes",
       .numbers = Numbers::share,
       .noise = true},
      {.key = "speed",
       .value = &speed,
       .flag = "--speed",
       .help = "each training recording is played up to this share faster or slower",
       .numbers = Numbers::share,
       .noise = true},
      {.key = "warp",
       .value = &warp,
       .flag = "--warp",
       .help = "the frequencies of each are moved up or down by up to this share, as by another throat",
       .numbers = Numbers::share,
       .noise = true},
      {.key = "pause",
       .value = &pause,
       .flag = "--pause",
       .help = "half of the training recordings get up to so many seconds of near silence before and behind them",
       .numbers = Numbers::share,
       .noise = true},
      {.key = "noise",
       .value = &noise,
       .flag = "--noise",
       .help = "share of the training recordings that get noise, 5 to 40 dB below them",
       .numbers = Numbers::share,
       .noise = true},
      {.key = "mask",
       .value = &mask,
       .flag = "--mask",
       .help = "each of two stretches of time and two of frequency that are hidden is up to this share of the whole",
       .numbers = Numbers::share,
       .noise = true},
      {.key = "beam",
       .value = &beam,
       .flag = "--beam",
       .help =
           "prefixes that are kept while a string is read off a Conformer's steps; 1: the likeliest word of each step",
       .least = 1,
       .most = 1000,
       .may_change = true},
  };
}

void SpeechOptions::check_task() const {
  if (width % 2 != 0) throw ValueError("--width", fmt::format("{} is odd; expected an even number", width));
  if (model == "conformer" && width % heads != 0)
    throw ValueError(
        "--heads",
        fmt::format("{} heads do not divide a width of {} evenly; expected a divisor of --width", heads, width));
  if (kernel % 2 == 0) throw ValueError("--kernel", fmt::format("{} is even; expected an odd number", kernel));
  if (join == 1 || join == 2) throw ValueError("--join", fmt::format("{} was given; expected 0, or 3 or more", join));
  for (const auto& [flag, value] : {std::pair{"--speed", speed}, {"--warp", warp}})
    if (value > 0.45) throw ValueError(flag, fmt::format("{} was given; expected at most 0.45", value));
}

}  // namespace lemma::tasks
