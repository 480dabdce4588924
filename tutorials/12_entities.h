#pragma once
/// The tagger of tutorial 11, its attention looked at and taken away.

#include "11_model.h"
#include "12_model.h"
#include "lemma/tasks/ner/ner.h"

namespace tutorial {

struct EntityHeads {
  double query_gradient = 0, last_gradient = 0;  ///< norms, on one batch: the map of the queries, the last layer
  Tensor weights;                                ///< (H, T, T), on one sentence
  double with = 0;                               ///< F1 on dev as it was learnt
  double alike = 0;                              ///< ... when every token takes the same from all others
  double without_it = 0;                         ///< ... when attention adds nothing
};

/// Trains it as 11 does, with all changes. Takes some seconds.
inline EntityHeads entity_heads(const std::vector<std::string>& sentence) {
  const tasks::TextCorpora corpora = tasks::read_ner("data/ner/train.conll", "data/ner/dev.conll");
  const tasks::TextCoder coder = tasks::TextCoder::build(corpora.train, 1, 5);
  const data::EncodedTexts train = coder.encode(corpora.train), dev = coder.encode(corpora.dev);
  data::TagSequences gold;
  for (const tasks::Sample& sample : corpora.dev.samples) {
    gold.emplace_back();
    for (int64_t label : sample.labels) gold.back().push_back(coder.labels[static_cast<size_t>(label)]);
  }
  Tagger model(coder, kAll);
  fit(model, train, 16, [&](const data::Batch& b) { return tasks::loss_of(model(b), b.labels); });
  const auto f1 = [&] { return data::score_tags(gold, tag(model, dev, coder.labels, true)).all.f1(); };
  EntityHeads result;
  model.zero_grad();
  const data::Batch batch = data::collate(train, std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
  tasks::loss_of(model(batch), batch.labels).backward();
  result.query_gradient = norm(model.guide.encoder_layer.attention.attention.queries.weight.grad()).item();
  result.last_gradient = norm(model.guide.fc.weight.grad()).item();
  result.with = f1();

  NoGrad guard;
  guide::SelfAttention& attention = model.guide.encoder_layer.attention.attention;
  Tensor x;  // what goes into the queries is what attention sees
  const int64_t hook =
      attention.queries.register_forward_pre_hook([&](const nn::Module&, const Tensor& in) { x = in; });
  model.eval();
  model(data::collate({coder.encode(sentence)}));
  attention.queries.remove_forward_hook(hook);
  result.weights = attention.attention_weights(x)[0];

  attention.queries.weight.zero_(), attention.queries.bias.zero_();  // all scores 0
  result.alike = f1();
  attention.fc_out.weight.zero_();
  result.without_it = f1();
  return result;
}

}  // namespace tutorial
