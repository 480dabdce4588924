#include "tasks/lm/corpus.h"

#include <algorithm>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/gzip.h"
#include "lemma/ops.h"
#include "lemma/text/utf8.h"

namespace lemma::tasks {

std::string PlainText::size_text() const { return words::plural(size(), "character"); }

void PlainText::check_utf8() const {
  if (const auto bad = text::find_bad_byte(text))
    throw IoError(fmt::format("{}:{}:{}", path, first_line - 1 + static_cast<int64_t>(bad->line), bad->column),
                  fmt::format("byte 0x{:02x} is not UTF-8; --tokens byte or bpe take any bytes, --replace-invalid "
                              "replaces such as this",
                              bad->value));
}

const PlainText& plain_text(const train::Corpus& corpus) { return dynamic_cast<const PlainText&>(corpus); }

std::unique_ptr<PlainText> read_plain_text(const std::string& path, bool replace_invalid) {
  auto corpus = std::make_unique<PlainText>();
  corpus->path = path;
  corpus->format = "plain text";
  const std::string bytes = io::read_text_file(path);
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv))
    throw IoError(path, "the file is UTF-32; expected UTF-8 (iconv -f UTF-32 -t UTF-8 converts it)");
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    throw IoError(path, "the file is UTF-16; expected UTF-8 (iconv -f UTF-16 -t UTF-8 converts it)");
  corpus->text = text::without_bom(bytes);
  if (corpus->text.empty()) throw IoError(path, "the file is empty; expected a text to learn from");
  if (replace_invalid) {
    int64_t replaced = 0;
    corpus->text = text::replace_bad_bytes(corpus->text, &replaced);
    if (replaced > 0) corpus->notes.push_back(words::plural(replaced, "invalid sequence") + " of bytes became U+FFFD");
  }
  return corpus;
}

std::unique_ptr<PlainText> hold_out_last_tenth(PlainText& train) {
  size_t cut = train.text.size() - train.text.size() / 10;
  if (const size_t line = train.text.find('\n', cut); line != std::string::npos && line + 1 < train.text.size())
    cut = line + 1;                                       // a line that the model has not half seen
  for (int i = 0; i < 3 && cut < train.text.size(); ++i)  // nor half a character; other bytes may be anything
    cut += (static_cast<unsigned char>(train.text[cut]) & 0xC0) == 0x80;
  if (cut == train.text.size())
    throw IoError(train.path, fmt::format("holds {}, too few to hold some out; give --dev FILE", train.size_text()));
  auto dev = std::make_unique<PlainText>(train);
  dev->text.erase(0, cut);
  dev->notes.clear();
  dev->format = "the last tenth of --train";
  dev->first_line += std::count(train.text.begin(), train.text.begin() + static_cast<std::ptrdiff_t>(cut), '\n');
  train.text.resize(cut);
  return dev;
}

train::Batches Windows::draw(int64_t batch_size, Generator& generator) const {
  const int64_t begin = fixed ? 0 : generator.below(std::min(context, tokens() - count * context + 1));
  const std::vector<int64_t> order = randperm(count, &generator).to_vector<int64_t>();
  train::Batches batches;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i % static_cast<size_t>(batch_size) == 0) batches.emplace_back();
    batches.back().push_back(begin + order[i] * context);
  }
  return batches;
}

std::unique_ptr<train::Examples> Windows::first(int64_t few) const {
  auto some = std::make_unique<Windows>(*this);
  some->count = few;
  some->fixed = true;
  return some;
}

std::string Windows::note() const {
  if (unknown == 0) return "";
  return fmt::format("{} of them unknown", words::grouped(unknown));
}

std::pair<Tensor, Tensor> Windows::batch(std::span<const int64_t> rows, int64_t length) const {
  std::vector<int64_t> inputs, targets;
  for (const int64_t row : rows) {
    const auto begin = ids->begin() + row;
    inputs.insert(inputs.end(), begin, begin + length);
    targets.insert(targets.end(), begin + 1, begin + length + 1);
  }
  const Shape shape{static_cast<int64_t>(rows.size()), length};
  const TensorOptions here{.device = Device::cpu()};
  return {from_data(inputs.data(), shape, here), from_data(targets.data(), shape, here)};
}

std::unique_ptr<Windows> windows_of(const PlainText& corpus, const Codec& codec, int64_t context, train::Use use) {
  if (codec.unknown() >= 0) corpus.check_utf8();
  std::vector<int64_t> ids = {codec.start()};
  const std::vector<int64_t> text = codec.encode(corpus.text);
  ids.insert(ids.end(), text.begin(), text.end());
  auto windows = std::make_unique<Windows>();
  windows->context = context;
  if (codec.unknown() >= 0) windows->unknown = std::count(text.begin(), text.end(), codec.unknown());
  windows->ids = std::make_shared<const std::vector<int64_t>>(std::move(ids));
  windows->count = windows->tokens() / context;
  if (use == train::Use::training && windows->count == 0)
    throw IoError(corpus.path, fmt::format("is {} long, shorter than one window of {}; give a longer text or a smaller "
                                           "--context",
                                           words::plural(windows->tokens(), "token"), context));
  return windows;
}

}  // namespace lemma::tasks
