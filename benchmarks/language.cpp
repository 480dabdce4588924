// Language models: training steps, writing text, byte-pair encoding. peer_language.py times the same in PyTorch, with
// the same numbers in the batches and the same letters in the text.

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench.h"
#include "lemma/core/cuda.h"
#include "lemma/core/memory.h"
#include "lemma/text/bpe.h"
#include "lemma/train/trainer.h"
#include "tasks/lm/model.h"
#include "tasks/lm/network.h"
#include "tasks/translation/model.h"

using namespace lemma;

namespace {

constexpr int64_t kCharacters = 65, kPieces = 6000, kBatches = 16;

// A number below 2^32 that looks like chance, the same in both programs.
uint32_t scattered(int64_t i) {
  uint32_t x = static_cast<uint32_t>(i) * 0x9E3779B1U;
  x = (x ^ (x >> 15)) * 0x85EBCA77U;
  return x ^ (x >> 13);
}

// The ids [least, below) that a batch of B texts of T tokens holds; every third text is one token shorter, and the next
// one two, where `padding` is asked for.
Tensor ids(const Bench& bench, int64_t which, int64_t B, int64_t T, int64_t least, int64_t below, bool padding) {
  std::vector<int64_t> all;
  for (int64_t i = 0; i < B * T; ++i)
    all.push_back(padding && i % T >= T - i / T % 3 ? tasks::kPad
                                                    : least + scattered(which * B * T + i) % (below - least));
  return from_data(all.data(), {B, T}, {.device = Device::cpu()}).to(bench.device);
}

/// The whole step of `lemma train`: zero_grad, forward, cross-entropy, backward, clipping to norm 1, AdamW, schedule,
/// running mean of the weights.
template <class Loss>
void train_case(const Bench& bench, const std::string& name, nn::Module& model, double lr, const Loss& loss) {
  model.to(bench.device);
  train::Trainer trainer(model,
                         {[](Generator&) {
                            train::Batches batches;
                            for (int64_t i = 0; i < kBatches; ++i) batches.push_back({i});
                            return batches;
                          },
                          [&](std::span<const int64_t> rows) { return loss(rows[0]); }},
                         {.lr = lr, .warmup = 100});
  bench.run(name, [&] { trainer.step(); });
}

void lm_case(const Bench& bench, int64_t B, int64_t T) {
  const std::string name = "lm_train_b" + std::to_string(B) + "_t" + std::to_string(T);
  if (!bench.asked_for(name)) return;
  tasks::LmOptions options;
  options.context = T;
  tasks::LanguageModel model(options, kCharacters);
  std::vector<Tensor> inputs, targets;
  for (int64_t i = 0; i < kBatches; ++i) {
    const Tensor text = ids(bench, i, B, T + 1, 0, kCharacters, false);
    inputs.push_back(text.narrow(1, 0, T).contiguous()), targets.push_back(text.narrow(1, 1, T).contiguous());
  }
  train_case(bench, name, model, options.lr, [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    return cross_entropy(model(inputs[at]).reshape({-1, kCharacters}), targets[at].reshape({-1}));
  });
}

void translation_case(const Bench& bench) {
  const std::string name = "translation_train_b64_t16";
  if (!bench.asked_for(name)) return;
  const tasks::TranslationOptions options;
  tasks::TranslationModel model(options, kPieces);
  std::vector<Tensor> sources, given, targets;
  const Tensor start = full({64, 1}, tasks::kStart, bench.options(int64));
  for (int64_t i = 0; i < kBatches; ++i) {
    sources.push_back(ids(bench, 2 * i, 64, 16, tasks::kEnd, kPieces, true));
    targets.push_back(ids(bench, 2 * i + 1, 64, 16, tasks::kEnd, kPieces, true));
    given.push_back(cat({start, targets.back().narrow(1, 0, 15)}, 1));
  }
  train_case(bench, name, model, options.lr, [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    return cross_entropy(model(sources[at], given[at]).reshape({-1, kPieces}), targets[at].reshape({-1}), {},
                         tasks::kPad, Reduction::mean, options.label_smoothing);
  });
}

// The likeliest tokens of a language model with a context of 512, one after the other.
void generate_cases(const Bench& bench) {
  tasks::LmOptions options;
  options.context = 512;
  tasks::LanguageModel model(options, kCharacters);
  model.to(bench.device);
  model.eval();
  const auto write = [&](bool cached, int64_t tokens, int64_t beams) {
    tasks::LanguageDecoding decoding(model, -1, cached);
    nn::generate(decoding, {0}, {.max = tokens, .temperature = 0, .beams = beams});
  };
  bench.run("generate_cached_t512", [&] { write(true, 512, 1); });
  bench.run("generate_uncached_t512", [&] { write(false, 512, 1); });
  bench.run("generate_beam4_t128", [&] { write(true, 128, 4); });
}

// What grows with the length T: a training step of 2,048 tokens, and the last tokens of a text that is written. The
// fastest of some, in processor time, which with one thread says the same on a busy machine.
void length_case(const Bench& bench, const std::string& kind, int64_t T) {
  const std::string name = fmt::format("lm_length_{}_t{}", kind, T);
  if (!bench.asked_for(name)) return;
  const auto fastest = [](int times, const auto& work) {
    double best = 1e9;
    for (int i = 0; i < times; ++i) {
      const std::clock_t begin = std::clock();
      work();
      best = std::min(best, 1e6 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return best;
  };
  tasks::LmOptions options;
  options.model = kind, options.context = T;
  const auto model = tasks::language_network(options, kCharacters);
  const int64_t B = 2048 / T;
  const Tensor text = ids(bench, 0, B, T + 1, 0, kCharacters, false);
  const size_t held = memory::active();
  memory::reset_peak();
  const double step = fastest(5, [&] {
    model->zero_grad();
    const Tensor logits = model->logits(text.narrow(1, 0, T)).reshape({-1, kCharacters});
    cross_entropy(logits, text.narrow(1, 1, T).reshape({-1})).backward();
  });
  const double megabytes = static_cast<double>(memory::peak() - held) / 1e6;
  model->eval();
  const NoGrad no_grad;
  const auto decoding = model->decoding(-1);
  decoding->next(text.narrow(0, 0, 1).narrow(1, 0, T - 20));
  const double token = fastest(20, [&] { decoding->next(text.narrow(0, 0, 1).narrow(1, 0, 1)); });
  fmt::print(R"({{"case":"{}","parameters":{},"train_us_per_token":{:.1f},"train_peak_mb":{:.0f},)", name,
             model->num_parameters(), step / 2048, megabytes);
  fmt::print(R"("write_us_per_token":{:.0f}}})"
             "\n",
             token);
}

// Lines of twelve words of two to six letters; of 16384 words some are frequent and most are rare.
std::vector<std::string> lines_of_words(int64_t words) {
  std::vector<std::string> lines;
  for (int64_t i = 0; i < words; ++i) {
    const uint64_t u = scattered(i) >> 16;
    uint64_t rank = u * u * u >> 34;
    if (i % 12 == 0) lines.emplace_back();
    if (i % 12 > 0) lines.back() += ' ';
    do {
      lines.back() += "bcdfghjklmnprstw"[rank % 16];
      lines.back() += "aeiou"[rank / 16 % 5];
      rank /= 80;
    } while (rank > 0);
    if (i % 12 == 11 || i + 1 == words) lines.back() += '\n';
  }
  return lines;
}

void byte_pair_cases(const Bench& bench) {
  const std::string train = "bpe_train_1m_words", encode = "bpe_encode_1m_words";
  const bool encoding = bench.asked_for(encode);
  if (!encoding && !bench.asked_for(train)) return;
  const std::vector<std::string> lines = lines_of_words(1'000'000);
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  bench.run(train, [&] { text::Bpe::train(views, {.size = 4000}); });
  if (!encoding) return;
  const text::Bpe bpe = text::Bpe::train(views, {.size = 4000});
  bench.run(encode, [&] {
    for (const std::string_view line : views) bpe.encode(line);
  });
}

}  // namespace

void language_cases(const Bench& bench) {
  // An emulated device is for correctness, not for speed.
  if (bench.device.is_cuda() && cuda::is_emulated()) return;
  lm_case(bench, 16, 128);  // the defaults of `lemma train lm`
  lm_case(bench, 12, 64);   // nanoGPT's setting for a CPU
  translation_case(bench);
  generate_cases(bench);
  if (!bench.device.is_cpu()) return;
  byte_pair_cases(bench);
  for (const char* kind : {"transformer", "lstm", "gru"})
    for (const int64_t T : {64, 256, 1024}) length_case(bench, kind, T);
}
