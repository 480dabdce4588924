// The readers and baselines on public corpora, under LEMMA_DATA_DIR; without it these tests say that they were skipped.
#include <cstdlib>
#include <filesystem>
#include <set>

#include "catch.h"
#include "lemma/data/batches.h"
#include "lemma/data/labelled_images.h"
#include "lemma/data/labelled_recordings.h"
#include "lemma/tasks/ner/baselines.h"
#include "lemma/tasks/sentiment/baselines.h"
#include "lemma/tasks/sentiment/sentiment.h"
#include "lemma/text/tokenizer.h"
#include "lemma/text/utf8.h"
#include "tasks/image/corpus.h"
#include "temp_dir.h"

using namespace lemma;
using namespace lemma::data;
using namespace lemma::tasks;

namespace {

// The path under LEMMA_DATA_DIR, or "" with a warning that the test was skipped.
std::string corpus(const std::string& name) {
  const char* root = std::getenv("LEMMA_DATA_DIR");
  const std::string path = root ? std::string(root) + "/" + name : "";
  if (root && std::filesystem::exists(path)) return path;
  WARN("skipped: " << name << (root ? " is not under LEMMA_DATA_DIR" : " needs LEMMA_DATA_DIR, which is not set"));
  return "";
}

double naive_bayes_split_at_spaces(const LabelledTexts& train, const LabelledTexts& dev) {
  std::vector<std::vector<std::string>> texts;
  std::vector<int64_t> labels;
  for (const auto& e : train.examples) {
    texts.push_back(text::split_spaces(e.text));
    labels.push_back(e.label);
  }
  const NaiveBayes bayes(texts, labels, static_cast<int64_t>(train.labels.size()));
  double correct = 0;
  for (const auto& e : dev.examples) correct += bayes.predict(text::split_spaces(e.text)) == e.label;
  return correct / static_cast<double>(dev.examples.size());
}

// Rows from `begin` up to `end`.
LabelledImages rows_of(const LabelledImages& all, int64_t begin, int64_t end) {
  LabelledImages some = all;
  const int64_t size = all.picture_size();
  some.pixels.assign(all.pixels.begin() + begin * size, all.pixels.begin() + end * size);
  some.labels.assign(all.labels.begin() + begin, all.labels.begin() + end);
  return some;
}

}  // namespace

TEST_CASE("sst-sentences: counts, naive Bayes at 79.8, and stable tokens", "[corpora]") {
  const std::string path = corpus("sst-sentences/stsa.binary.train");
  if (path.empty()) return;
  const auto train = read_labelled_texts(path);
  const auto dev = read_labelled_texts(corpus("sst-sentences/stsa.binary.dev"), {.labels = train.labels});
  CHECK(train.format == "label, a space, sentence");
  CHECK(train.counts == std::vector<int64_t>{3310, 3610});
  CHECK(dev.counts == std::vector<int64_t>{428, 444});
  CHECK(naive_bayes_split_at_spaces(train, dev) == Approx(0.798).margin(0.0005));
  const auto scores = sentiment_baselines(train, dev);
  CHECK(scores.majority == Approx(444.0 / 872));
  CHECK(scores.naive_bayes > 0.79);  // on the tokeniser's own tokens
  size_t changed = 0;
  for (const auto& e : train.examples) {
    const auto tokens = text::tokenize_words(e.text);
    std::string joined;
    for (const auto& token : tokens) joined += token + " ";
    REQUIRE(text::tokenize_words(joined) == tokens);
    changed += tokens.size() != text::split_spaces(e.text).size();
  }
  CHECK(changed < 30);  // of 6,920 sentences: the corpus is tokenised already
}

TEST_CASE("sst-fine, sst2-glue and TREC: counts and formats", "[corpora]") {
  if (corpus("sst-sentences/stsa.fine.train").empty()) return;
  CHECK(read_labelled_texts(corpus("sst-sentences/stsa.fine.train")).counts ==
        std::vector<int64_t>{1092, 2218, 1624, 2322, 1288});
  CHECK(read_labelled_texts(corpus("sst-sentences/stsa.fine.dev")).counts ==
        std::vector<int64_t>{139, 289, 229, 279, 165});
  const auto glue = read_labelled_texts(corpus("sst2-glue/train.tsv"));
  CHECK(glue.format == "tab-separated, sentence first, with a header");
  CHECK(glue.counts == std::vector<int64_t>{29780, 37569});
  CHECK(read_labelled_texts(corpus("sst2-glue/dev.tsv")).counts == std::vector<int64_t>{428, 444});
  const auto trec = read_labelled_texts(corpus("trec/train_5500.label"), {.replace_invalid = true});
  CHECK(trec.examples.size() == 5452);
  CHECK(trec.labels.size() == 50);
  CHECK(trec.replaced == 1);
  CHECK(error_of<IoError>([] {
          read_labelled_texts(corpus("trec/train_5500.label"));
        }).find(":66:60] byte 0xf0 is not UTF-8") != std::string::npos);
}

TEST_CASE("btc and wnut17: counts and the lexicon", "[corpora]") {
  if (corpus("btc/btc.train").empty()) return;
  const auto btc = read_tagged_sentences(corpus("btc/btc.train")),
             btc_dev = read_tagged_sentences(corpus("btc/btc.dev"));
  CHECK(btc.sentences.size() == 6338);
  CHECK(btc.tokens == 99933);
  CHECK(btc.type_counts == std::vector<int64_t>{2030, 2665, 4084});
  CHECK(btc_dev.sentences.size() == 1001);
  CHECK(btc_dev.tokens == 15027);
  CHECK(btc_dev.type_counts == std::vector<int64_t>{156, 380, 1194});
  CHECK(ner_baselines(btc, btc_dev).lexicon.all.f1() == Approx(0.138).margin(0.0005));
  const auto wnut = read_tagged_sentences(corpus("wnut17/wnut17train.conll")),
             wnut_dev = read_tagged_sentences(corpus("wnut17/emerging.dev.conll"));
  CHECK(wnut.sentences.size() == 3394);
  CHECK(wnut.tokens == 62730);
  CHECK(wnut.type_counts == std::vector<int64_t>{221, 140, 264, 548, 660, 142});
  CHECK(wnut_dev.sentences.size() == 1009);
  CHECK(wnut_dev.tokens == 15733);
  CHECK(wnut_dev.type_counts == std::vector<int64_t>{34, 105, 39, 74, 470, 114});
  CHECK(ner_baselines(wnut, wnut_dev).lexicon.all.f1() == 0);
}

TEST_CASE("wikineural and wikigold: counts, schemes, documents and the lexicon", "[corpora]") {
  if (corpus("wikineural-en/val.conllu").empty()) return;
  const auto wiki = read_tagged_sentences(corpus("wikineural-en/val.conllu"));
  CHECK(wiki.format == "tab-separated, 3 columns, the first counts tokens; BIO");
  CHECK(wiki.sentences.size() == 11590);
  CHECK(wiki.tokens == 267839);
  CHECK(wiki.type_counts == std::vector<int64_t>{5904, 4611, 3512, 5594});
  CHECK(wiki.repaired == 439);
  const auto gold = read_tagged_sentences(corpus("wikigold/wikigold.conll.txt"));
  CHECK(gold.scheme == "IO");
  CHECK(gold.documents == 145);
  CHECK(gold.sentences.size() == 1696);
  CHECK(gold.tokens == 39007);
  CHECK(gold.type_counts == std::vector<int64_t>{1014, 712, 898, 934});
  CHECK(ner_baselines(wiki, gold).lexicon.all.f1() == Approx(0.240).margin(0.0005));
  const auto [train, dev] = split(wiki, 0.9);
  CHECK(train.sentences.size() == 10431);
  CHECK(dev.sentences.size() == 1159);
  CHECK(ner_baselines(train, dev).lexicon.all.f1() == Approx(0.341).margin(0.0005));
}

TEST_CASE("batches of sst-sentences are less than a tenth padding", "[corpora]") {
  const std::string path = corpus("sst-sentences/stsa.binary.train");
  if (path.empty()) return;
  const TextCorpus corpus = tasks::read_sentiment(path, path).train;
  const EncodedTexts dataset = TextCoder::build(corpus, 2, 3).encode(corpus);
  Generator generator{1};
  CHECK(padding_share(dataset, make_batches(dataset, 32, &generator)) < 0.1);
  CHECK(dataset.truncated_examples == 0);
}

TEST_CASE("optdigits and mnist-t10k: counts, and the nearest means at 91 of 100", "[corpora]") {
  const std::string path = corpus("optdigits/optdigits.tra");
  if (path.empty()) return;
  const LabelledImages all = read_labelled_images(path);
  CHECK(std::vector<int64_t>{all.channels, all.height, all.width, all.largest} == std::vector<int64_t>{1, 8, 8, 16});
  CHECK(all.counts == std::vector<int64_t>{376, 389, 380, 389, 387, 376, 377, 387, 380, 382});
  ImageCorpus train, dev;
  train.images = rows_of(all, 0, all.size() - 500);
  dev.images = rows_of(all, all.size() - 500, all.size());
  const auto scores = image_baselines(train, dev);
  CHECK(scores.at(0).score == Approx(0.910).margin(1e-6));
  CHECK(scores.at(1).score == Approx(0.976).margin(0.005));  // a tie of three votes may go either way
  CHECK(scores.at(2).score > 0.94);
  const LabelledImages mnist = read_labelled_images(corpus("mnist-t10k/t10k-images-idx3-ubyte.gz"));
  CHECK(std::vector<int64_t>{mnist.height, mnist.width} == std::vector<int64_t>{28, 28});
  CHECK(mnist.counts == std::vector<int64_t>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
}

TEST_CASE("fsdd: 2,000 and 500 recordings, and how long they are", "[corpora]") {
  const std::string path = corpus("fsdd/train");
  if (path.empty()) return;
  const LabelledRecordings train = read_labelled_recordings(path);
  const LabelledRecordings dev = read_labelled_recordings(corpus("fsdd/dev"), {.names = train.names});
  CHECK(train.names == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  CHECK(train.rate == 8000);
  CHECK(train.size() == 2000);
  CHECK(dev.size() == 500);
  CHECK(train.seconds() == Approx(7526305 / 8000.0));
  CHECK(dev.seconds() == Approx(1555449 / 8000.0));
  CHECK(std::set<std::string>(train.speakers.begin(), train.speakers.end()) ==
        std::set<std::string>{"george", "jackson", "lucas", "nicolas"});
  CHECK(std::set<std::string>(dev.speakers.begin(), dev.speakers.end()) == std::set<std::string>{"theo"});
}
