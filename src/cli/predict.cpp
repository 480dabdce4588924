// lemma predict: one JSON object a text.
#include <unistd.h>

#include <iostream>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/cli.h"
#include "cli/pretty.h"
#include "cli/texts.h"
#include "lemma/core/error.h"
#include "lemma/data/tags.h"
#include "lemma/train/evaluate.h"
#include "lemma/train/model_dir.h"

namespace lemma::cli {
namespace {

using Json = nlohmann::ordered_json;

Json class_json(const train::SavedModel& saved, const std::string& text, const train::Answer& answer) {
  Json probabilities = Json::object();
  for (size_t c = 0; c < saved.coder.labels.size(); ++c) probabilities[saved.coder.labels[c]] = answer.probabilities[c];
  return {{"text", text},
          {"label", saved.coder.labels[static_cast<size_t>(answer.labels[0])]},
          {"probabilities", probabilities}};
}

// "entities" have their place in the text as typed: [byte_begin, byte_end) and [char_begin, char_end), the latter in
// code points.
Json tags_json(const train::SavedModel& saved, const std::string& text, const std::vector<text::Token>& tokens,
               const train::Answer& answer) {
  std::vector<std::string> words, tags;
  for (size_t t = 0; t < tokens.size(); ++t) {
    words.push_back(text.substr(tokens[t].byte_begin, tokens[t].byte_end - tokens[t].byte_begin));
    tags.push_back(saved.coder.labels[static_cast<size_t>(answer.labels[t])]);
  }
  Json entities = Json::array();
  for (const data::Span& span : data::spans_of(tags)) {
    const text::Token &first = tokens[static_cast<size_t>(span.begin)],
                      &last = tokens[static_cast<size_t>(span.end) - 1];
    entities.push_back({{"type", span.type},
                        {"text", text.substr(first.byte_begin, last.byte_end - first.byte_begin)},
                        {"token_begin", span.begin},
                        {"token_end", span.end},
                        {"byte_begin", first.byte_begin},
                        {"byte_end", last.byte_end},
                        {"char_begin", first.char_begin},
                        {"char_end", last.char_end}});
  }
  return {{"text", text}, {"tokens", words}, {"tags", tags}, {"entities", entities}};
}

struct Arguments {
  std::string model;
  std::vector<std::string> texts;
  bool pretty = false;
  Device device = Device::cpu();
};

void predict(train::SavedModel& saved, const std::string& where, const std::string& text, bool for_people) {
  const std::vector<text::Token> tokens = tokens_of(saved.coder, where, text);
  const train::Answer answer = train::answer(*saved.model, saved.coder, {encode(saved.coder, tokens)})[0];
  if (for_people)
    print_line(pretty(saved.coder, text, tokens, answer, ::isatty(STDOUT_FILENO) == 1));
  else if (saved.config.task == train::Task::sentiment)
    print_line(class_json(saved, text, answer).dump());
  else
    print_line(tags_json(saved, text, tokens, answer).dump());
}

int run_predict(const Arguments& arguments) {
  train::SavedModel saved = train::load_model(arguments.model);
  saved.model->to(arguments.device);
  for (size_t i = 0; i < arguments.texts.size(); ++i)
    predict(saved, fmt::format("text {}", i + 1), arguments.texts[i], arguments.pretty);
  if (!arguments.texts.empty()) return 0;
  int64_t line = 0;
  for (std::string text; std::getline(std::cin, text);) {
    if (text.ends_with('\r')) text.pop_back();
    predict(saved, fmt::format("stdin:{}", ++line), text, arguments.pretty);
  }
  if (line == 0) throw IoError("stdin", "is empty; give texts as arguments, or one a line");
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("predict", "Label texts; prints one JSON object a text");
  command->footer("Without TEXT, reads one text a line from standard input.");
  const auto a = std::make_shared<Arguments>();
  command->add_option("--model", a->model, "model directory")->required()->type_name("DIR");
  command->add_option("text", a->texts, "texts to label")->type_name("TEXT");
  command->add_flag("--pretty", a->pretty, "for people instead of programs: in colour on a terminal");
  add_device(*command, a->device);
  add_threads(*command);
  command->callback([a, &action] {
    const auto unmark = [](std::string& text) {
      if (text.starts_with(kWholeText)) text.erase(0, 1);
    };
    unmark(a->model);
    for (std::string& text : a->texts) unmark(text);
    action = [a] { return run_predict(*a); };
  });
}

}  // namespace lemma::cli
