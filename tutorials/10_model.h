#pragma once
/// The model of tutorial 10: the guide's SentimentClassifier, and what real text needs beyond it.

#include "lemma/tasks/text/coder.h"
#include "training.h"

namespace tutorial {

using namespace lemma;

constexpr int64_t kWidth = 64, kHeads = 4;

// What real text needs beyond the guide's model. Each can be switched on alone.
struct Changes {
  bool mask = false;         // padding is not a word: neither attention nor the mean may see it
  bool small_start = false;  // initial embeddings N(0, 0.1), not N(0, 1)
  double dropout = 0;        // on the embeddings, and before the last layer
  double word_dropout = 0;   // in training, this fraction of the words becomes <unk>
  bool ends = false;         // embeddings of a word's first and last letters besides its own
  bool positions = false;    // sines that encode where a word is
};

// The guide's classifier with room for the changes. Without any it is the guide's, to the last bit.
struct Classifier : nn::Module {
  Classifier(const tasks::TextCoder& coder, const Changes& wanted)
      : guide(child(this, "guide", coder.words.size(), kWidth, kHeads, 2)), changes(wanted) {
    for (int k = 1; changes.ends && k < text::WordFeatures::kColumns; ++k)
      ends.add(coder.features.column(k).size(), kWidth, text::Vocabulary::pad);
    NoGrad guard;
    if (changes.small_start) guide.embedding.weight.mul_(0.1);
    for (size_t k = 0; k < ends.size(); ++k) ends[k].weight.mul_(0.1);
  }

  Tensor operator()(const data::Batch& batch) const {
    const bool training = is_training();
    Tensor ids = batch.ids;  // (B, T)
    if (training && changes.word_dropout > 0) ids = drop_words(ids, batch.mask, changes.word_dropout);
    Tensor x = guide.embedding(ids);  // (B, T, D)
    for (size_t k = 0; k < ends.size(); ++k) x = x + ends[k](batch.features[k + 1]);
    if (changes.positions) x = x + guide::positional_encoding(x.size(1), kWidth);  // + (T, D)
    x = dropout(x, changes.dropout, training);
    if (!changes.mask) return guide.fc(dropout(guide.encoder_layer(x).mean(1), changes.dropout, training));
    const Tensor who =
        batch.mask.unsqueeze(1).expand({x.size(0), x.size(1), x.size(1)});          // (B, T, T): any word, real ones
    const Tensor real = batch.mask.unsqueeze(-1).to(float32);                       // (B, T, 1)
    const Tensor mean = (guide.encoder_layer(x, who) * real).sum(1) / real.sum(1);  // (B, D)
    return guide.fc(dropout(mean, changes.dropout, training));                      // (B, 2)
  }

  guide::SentimentClassifier guide;
  nn::ModuleList<nn::Embedding> ends = child(this, "ends");
  Changes changes;
};

inline Tensor loss_of(const Classifier& model, const data::Batch& batch) {
  return cross_entropy(model(batch), batch.labels.reshape({-1}));
}

}  // namespace tutorial
