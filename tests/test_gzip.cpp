// Gzipped texts: the same as plain ones, or a sentence that says what is wrong with them.
#include "lemma/io/gzip.h"

#include <zlib.h>

#include <stdexcept>

#include "catch.h"
#include "lemma/data/labelled_texts.h"
#include "lemma/data/tagged_sentences.h"
#include "program.h"
#include "text_file_helper.h"

using namespace lemma;

namespace {

std::string gzipped(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

std::string refused(std::string_view contents) {
  return refusal(contents, [](const std::string& path) { data::read_labelled_texts(path); });
}

const std::string kTexts = "good film\t1\nbad film\t0\n";

}  // namespace

TEST_CASE("gzipped bytes come back as they were", "[data]") {
  std::string drawn;  // hardly gets smaller
  for (uint32_t i = 0, x = 1; i < 200'000; ++i) drawn += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  for (const std::string& text : {std::string(), std::string("x"), kTexts, drawn, std::string(3'000'000, 'z')}) {
    CAPTURE(text.size());
    const std::string bytes = gzipped(text);
    CHECK(io::is_gzip(bytes));
    CHECK(io::gunzip(bytes, "f") == text);
    CHECK(io::gunzip(bytes + std::string(512, '\0'), "f") == text);  // as a tape fills it up
    CHECK(io::gunzip(bytes, "f", text.size()) == text);
  }
  CHECK(io::gunzip(gzipped("one\n") + gzipped("") + gzipped("two\n"), "f") == "one\ntwo\n");
}

TEST_CASE("a gzipped file reads as the plain one, whatever its name", "[data]") {
  const TempDir dir;
  const auto plain = data::read_labelled_texts(write_text(dir, "plain.tsv", kTexts));
  for (const char* name : {"f.tsv.gz", "f.tsv", "f"}) {
    const auto packed = data::read_labelled_texts(write_text(dir, name, gzipped(kTexts)));
    CHECK(packed.format == plain.format);
    CHECK(packed.examples.size() == 2);
    CHECK(packed.examples[1].text == "bad film");
    CHECK(packed.examples[1].line == 2);
    CHECK(packed.labels == plain.labels);
  }
  CHECK(data::read_labelled_texts(write_text(dir, "named.gz", kTexts)).examples.size() == 2);
  CHECK(data::read_tagged_sentences(write_text(dir, "tags", gzipped(tiny::ner(3)))).sentences.size() == 3);
}

TEST_CASE("a gzipped file that is cut short is refused at every length", "[data]") {
  const std::string bytes = gzipped(kTexts);
  for (size_t length = 2; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK(refused(bytes.substr(0, length)).find("is gzipped and ends too early") != std::string::npos);
  }
  CHECK(refused(bytes.substr(0, 2)) ==
        "[f] is gzipped and ends too early, after 0 bytes of text; get it again, `gzip -t` checks it");
  CHECK(refused(bytes.substr(0, bytes.size() - 1)) ==
        "[f] is gzipped and ends too early, after 23 bytes of text; get it again, `gzip -t` checks it");
}

TEST_CASE("a damaged gzipped file is refused, and never read as another text", "[data]") {
  const std::string bytes = gzipped(kTexts);
  for (size_t at = 10; at < bytes.size(); ++at)  // after the header, where a name or a time may change
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = bytes;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      CAPTURE(at, bit);
      CHECK(refused(bad).starts_with("[f] is gzipped and "));
    }
  std::string sum = bytes;
  sum[bytes.size() - 8] = static_cast<char>(sum[bytes.size() - 8] ^ 1);
  CHECK(refused(sum) == "[f] is gzipped and damaged near byte " + std::to_string(bytes.size() - 4) +
                            " (incorrect data check); get it again, `gzip -t` checks it");
  CHECK(refused("\x1f\x8b\x07") ==
        "[f] is gzipped and ends too early, after 0 bytes of text; get it again, `gzip -t` checks it");
  CHECK(refused("\x1f\x8bgood film\n") ==
        "[f] is gzipped and damaged near byte 4 (unknown compression method); get it again, `gzip -t` checks it");
  CHECK(refused(bytes + "good film\n") ==
        "[f] is gzipped, but its last 10 bytes are not; expected nothing after the gzip data");
  CHECK(refused(gzipped(bytes)) == "[f] is gzipped twice; gunzip it once");
  CHECK(refused(gzipped("")) == "[f] the file is empty; expected a text file with one example per line");
}

TEST_CASE("a small gzipped file does not grow without bound", "[data]") {
  const std::string bytes = gzipped(std::string(5'000'000, 'x'));
  CHECK(bytes.size() < 10'000);
  CHECK(error_of<IoError>([&] { io::gunzip(bytes, "f", 4'999'999); }) ==
        "[f] is gzipped and holds more than 4999999 bytes of text; split it into smaller files");
}

TEST_CASE("train, evaluate and inspect take gzipped files") {
  const Playground& ground = playground();
  for (const std::string name : {"train.tsv", "dev.tsv", "dev.conll"})
    io::write_file(ground.dir / name + ".gz", gzipped(io::read_file(ground.dir / name)));
  std::vector<std::string> arguments = {"train", "sentiment",  "--train", "train.tsv.gz",
                                        "--dev", "dev.tsv.gz", "--out",   "from_gz"};
  for (const std::string& option : tiny::options()) arguments.push_back(option);
  const Program train = ground.run(arguments);
  CAPTURE(train.err);
  REQUIRE(train.status == 0);
  CHECK(io::read_file(ground.dir / "from_gz/model.safetensors") ==
        io::read_file(ground.dir / "sentiment/model.safetensors"));
  for (const auto& [model, data] : {std::pair{"sentiment", "dev.tsv"}, {"ner", "dev.conll"}}) {
    const Program plain = ground.run({"evaluate", "--model", model, "--data", data}),
                  packed = ground.run({"evaluate", "--model", model, "--data", std::string(data) + ".gz"});
    CHECK(packed.status == 0);
    CHECK(packed.out == plain.out);
  }
  const Program inspect = ground.run({"inspect", "train.tsv.gz"});
  CHECK(inspect.status == 0);
  CHECK(inspect.out.find("tab-separated, sentence first, without header") != std::string::npos);
}
