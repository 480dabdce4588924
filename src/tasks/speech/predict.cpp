// What a model hears in one file: as JSON, as pictures on a terminal, and as a map of words and times.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/recordings.h"
#include "lemma/ops.h"
#include "lemma/viz/terminal.h"
#include "tasks/answering.h"
#include "tasks/speech/learner.h"

namespace lemma::tasks {

std::string SpeechFacts::json() const {
  return nlohmann::ordered_json{{"rate", rate}, {"strings", strings}, {"words", names}}.dump(1) + "\n";
}

SpeechFacts SpeechFacts::parse(const std::string& text, const std::string& path) {
  try {
    const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
      if (depth > 4) throw IoError(path, "is nested too deeply to describe recordings");
      return true;
    };
    const nlohmann::json json = nlohmann::json::parse(text, shallow);
    SpeechFacts facts;
    facts.rate = json.at("rate");
    facts.strings = json.at("strings");
    facts.names = json.at("words").get<std::vector<std::string>>();
    if (facts.rate >= 1'000 && facts.rate <= 400'000 && facts.names.size() >= 2 && facts.names.size() <= 1'000'000 &&
        std::set<std::string>(facts.names.begin(), facts.names.end()).size() == facts.names.size())
      return facts;
  } catch (const nlohmann::json::exception&) {
  }
  throw IoError(path, "it does not say what the recordings are like; expected rate, strings and words, each once");
}

SoundSamples SpeechLearner::read_sound(const std::string& where, const std::string& path) const {
  try {
    const data::Recording recording =
        data::read_recording(path, {.rate = facts_.rate, .resample = how_.resample, .mix = how_.mix});
    data::check_length(path, recording.seconds());
    return recording.samples;
  } catch (const IoError& error) {  // about this recording: the others have answers
    throw IoError(where, fmt::format("{}: {}", words::quote(path), error.message()));
  }
}

Heard SpeechLearner::listen(const SoundSamples& sound) const {
  return answers(steps(hearing_(std::span(&sound, 1))))[0];
}

std::string SpeechLearner::predict(const std::string& where, const std::string& text) {
  const SoundSamples sound = read_sound(where, text);
  const Answering answering(model_);
  const Heard heard = listen(sound);
  nlohmann::ordered_json json = {{"recording", text}};
  if (model_.reading == Reading::label) {
    json["label"] = text_of(heard.words);
    for (size_t i = 0; i < heard.shares.size(); ++i) json["probabilities"][facts_.names[i]] = heard.shares[i];
  } else {
    json["words"] = text_of(heard.words);
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string SpeechLearner::predict_for_people(const std::string& where, const std::string& text, bool) {
  const SoundSamples sound = read_sound(where, text);
  const Answering answering(model_);
  const Heard heard = listen(sound);
  if (model_.reading != Reading::label)
    return fmt::format("{}  {}", words::printable(text_of(heard.words)), words::printable(text));
  const double share = heard.shares[static_cast<size_t>(heard.words[0])];
  return fmt::format("{} {} {:3.0f} %  {}", words::printable(text_of(heard.words)), viz::bar(share, 10), 100 * share,
                     words::printable(text));
}

std::optional<viz::SoundPage> SpeechLearner::hears(const std::string& where, const std::string& text) {
  const SoundSamples sound = read_sound(where, text);
  const Answering answering(model_);
  const Heard heard = listen(sound);
  viz::SoundPage page{.title = text, .summary = fmt::format("The model hears {}.", words::quote(text_of(heard.words)))};
  page.seconds = static_cast<double>(sound.size()) / static_cast<double>(facts_.rate);
  page.low_hertz = hearing_.low(), page.high_hertz = hearing_.high();
  const Tensor loudness = hearing_.decibels(sound);  // (T, M)
  for (const Tensor& frame : loudness) page.loudness.push_back(frame.to_vector<double>());
  const double step = 4 * hearing_.seconds_per_frame();
  for (size_t i = 0; i < heard.spans.size(); ++i) {
    const auto [begin, end] = heard.spans[i];
    page.words.push_back({facts_.names[static_cast<size_t>(heard.words[i])], static_cast<double>(begin) * step,
                          std::min(static_cast<double>(end) * step, page.seconds)});
    if (model_.reading == Reading::decoder) page.words.back().looks = heard.weights[i];
  }
  return page;
}

}  // namespace lemma::tasks
