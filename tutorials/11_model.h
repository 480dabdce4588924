#pragma once
/// The model of tutorial 11: the guide's NERModel, and what names in real text need beyond it.

#include "lemma/data/metrics.h"
#include "lemma/tasks/ner/best_tags.h"
#include "lemma/tasks/text/encoder.h"
#include "training.h"

namespace tutorial {

using namespace lemma;

constexpr int64_t kWidth = 64, kHeads = 4;

// What names in real text need beyond the guide's model. Each can be switched on alone.
struct Changes {
  bool mask = false;         // attention sees real tokens only
  bool small_start = false;  // initial embeddings N(0, 0.1), not N(0, 1)
  bool positions = false;    // sines that encode where a token is
  bool neighbours = false;   // each token also reads the one before and the one after
  double dropout = 0;        // on the embeddings, and before the last layer
  double word_dropout = 0;   // in training, this fraction of the words becomes <unk>
  bool shape = false;        // Xx, X-0, ...: capitals and digits
  bool ends = false;         // first and last letters
  bool letters = false;      // filters over all letters
};

// All of them: the last row of the table that step 11 prints.
inline const Changes kAll{.mask = true,
                          .small_start = true,
                          .positions = true,
                          .neighbours = true,
                          .dropout = 0.3,
                          .word_dropout = 0.1,
                          .shape = true,
                          .ends = true,
                          .letters = true};

// The guide's tagger with room for the changes. Without any it is the guide's, to the last bit.
struct Tagger : nn::Module {
  Tagger(const tasks::TextCoder& coder, const Changes& wanted)
      : guide(child(this, "guide", coder.words.size(), kWidth, kHeads, static_cast<int64_t>(coder.labels.size()))),
        window(std::make_unique<nn::Linear>(3 * kWidth, kWidth)),
        letters(std::make_unique<tasks::LetterFilters>(coder.features.character_vocabulary().size(), kWidth, kWidth)),
        changes(wanted) {
    if (changes.neighbours) register_module("window", *window);  // both are made in any case, so that what is drawn
    if (changes.letters) register_module("letters", *letters);   // after them stays the same
    for (int k = changes.shape ? 0 : 1; k < (changes.ends ? text::WordFeatures::kColumns : 1); ++k) {
      columns.push_back(static_cast<size_t>(k));  // 0 is the shape, the others are the ends
      looks.add(coder.features.column(k).size(), kWidth, text::Vocabulary::pad);
    }
    NoGrad guard;
    if (changes.small_start) guide.embedding.weight.mul_(0.1);
    for (size_t k = 0; k < looks.size(); ++k) looks[k].weight.mul_(0.1);
  }

  Tensor operator()(const data::Batch& batch) const {
    const bool training = is_training();
    Tensor ids = batch.ids, who;  // (B, T)
    if (training && changes.word_dropout > 0) ids = drop_words(ids, batch.mask, changes.word_dropout);
    Tensor x = guide.embedding(ids);  // (B, T, D)
    for (size_t k = 0; k < looks.size(); ++k) x = x + looks[k](batch.features[columns[k]]);
    if (changes.letters) x = x + (*letters)(batch.chars);
    x = dropout(x, changes.dropout, training);
    if (changes.mask) {
      x = x * batch.mask.unsqueeze(-1).to(float32);                             // nothing at padding
      who = batch.mask.unsqueeze(1).expand({x.size(0), x.size(1), x.size(1)});  // (B, T, T): any token, real ones
    }
    if (changes.neighbours) {
      const int64_t T = x.size(1);
      const Tensor before = pad(x.narrow(1, 0, T - 1), 1, 1, 0), after = pad(x.narrow(1, 1, T - 1), 1, 0, 1);
      x = x + gelu((*window)(cat({before, x, after}, -1)));  // (B, T, 3D) -> (B, T, D)
    }
    if (changes.positions) x = x + guide::positional_encoding(x.size(1), kWidth) * 0.1;
    return guide.fc(dropout(guide.encoder_layer(x, who), changes.dropout, training));  // (B, T, tags)
  }

  guide::NERModel guide;
  nn::ModuleList<nn::Embedding> looks = child(this, "looks");
  std::unique_ptr<nn::Linear> window;
  std::unique_ptr<tasks::LetterFilters> letters;
  std::vector<size_t> columns;
  Changes changes;
};

// The tags of every sentence: at each token the likeliest one, or (bio) the likeliest sequence that BIO allows.
inline data::TagSequences tag(Tagger& model, const data::EncodedTexts& dataset, const std::vector<std::string>& labels,
                              bool bio) {
  data::TagSequences result(static_cast<size_t>(dataset.size()));
  each_batch(model, dataset, [&](const data::Batch& batch) {
    const Tensor log_p = model(batch).log_softmax(-1);  // (B, T, tags)
    for (int64_t b = 0; b < batch.size(); ++b) {
      const Tensor row = log_p[b].narrow(0, 0, batch.lengths[static_cast<size_t>(b)]).contiguous();
      const auto best = bio ? tasks::best_tags(row.to_vector<float>(), labels) : argmax(row, 1).to_vector<int64_t>();
      for (int64_t id : best)
        result[static_cast<size_t>(batch.indices[static_cast<size_t>(b)])].push_back(labels[static_cast<size_t>(id)]);
    }
  });
  return result;
}

/// How often a tag is where BIO does not allow it.
inline int forbidden(const data::TagSequences& tags) {
  int count = 0;
  for (const auto& sentence : tags)
    for (size_t t = 0; t < sentence.size(); ++t) count += !data::bio_allows(t == 0 ? "" : sentence[t - 1], sentence[t]);
  return count;
}

}  // namespace tutorial
