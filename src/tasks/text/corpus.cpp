#include "lemma/tasks/text/corpus.h"

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"

namespace lemma::tasks {

int64_t TextCorpus::tokens() const {
  int64_t total = 0;
  for (const Sample& sample : samples) total += static_cast<int64_t>(sample.tokens.size());
  return total;
}

std::string TextCorpus::size_text() const {
  return words::plural(size(), unit.c_str()) + ", " + words::plural(tokens(), "token");
}

void TextCorpus::note_replaced(int64_t bytes) {
  if (bytes > 0) notes.push_back(words::plural(bytes, "invalid byte") + " replaced by U+FFFD");
}

const TextCorpus& text_corpus(const train::Corpus& corpus) {
  const auto* text = dynamic_cast<const TextCorpus*>(&corpus);
  if (!text) throw ValueError("corpus", "it belongs to another task; expected labelled texts");
  return *text;
}

train::Corpora corpora_of(TextCorpora corpora, const std::string& held_out) {
  if (!held_out.empty()) corpora.dev.notes.insert(corpora.dev.notes.begin(), held_out);
  return {std::make_unique<TextCorpus>(std::move(corpora.train)), std::make_unique<TextCorpus>(std::move(corpora.dev)),
          std::move(corpora.baselines)};
}

}  // namespace lemma::tasks
