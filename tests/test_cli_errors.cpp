// Broken input of every kind: one line on stderr that names what is wrong and what would be right, exit status 2,
// nothing left behind. Each row is one thing that people (or hostile files) do.
#include <cmath>

#include "lemma/io/safetensors.h"
#include "lemma/nn/guide.h"
#include "tests/program.h"

namespace {

struct Bad {
  std::vector<std::string> arguments;
  std::vector<std::string> complaint;  // parts of the line on stderr
  std::string input = {};
};

// Runs in the playground, which must hold the same entries afterwards.
void check_refused(const Bad& bad, const ProgramOptions& options = {}) {
  const size_t before = playground().dir.entries();
  ProgramOptions with_input = options;
  with_input.input = bad.input;
  const Program program = playground().run(bad.arguments, with_input);
  std::string line = "lemma";
  for (const std::string& argument : bad.arguments) line += " " + argument.substr(0, 80);
  INFO(line << "\nstatus " << program.status << "\nstdout: " << program.out << "\nstderr: " << program.err);
  CHECK(program.status == 2);
  CHECK(program.out == "");
  CHECK(std::count(program.err.begin(), program.err.end(), '\n') == 1);
  CHECK(program.err.starts_with("lemma: "));
  for (const std::string& part : bad.complaint) {
    CAPTURE(part);
    CHECK(program.err.find(part) != std::string::npos);
  }
  CHECK(playground().dir.entries() == before);
}

void write(const std::string& name, const std::string& contents) {
  lemma::io::write_file(playground().dir / name, contents);
}

// `lemma train TASK --train FILE --dev dev.tsv --out new`, which must not be created.
Bad train_on(const std::string& file, std::vector<std::string> complaint, const std::string& task = "sentiment") {
  return {{"train", task, "--train", file, "--dev", task == "ner" ? "dev.conll" : "dev.tsv", "--out", "new"},
          std::move(complaint)};
}

Bad train_with(std::vector<std::string> options, std::vector<std::string> complaint) {
  std::vector<std::string> arguments = {"train", "sentiment", "--train", "train.tsv",
                                        "--dev", "dev.tsv",   "--out",   "new"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return {arguments, std::move(complaint)};
}

std::string header_length(uint64_t n) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(n >> (8 * i) & 0xFF);
  return bytes;
}
std::string safetensors(const std::string& header, size_t data) {
  return header_length(header.size()) + header + std::string(data, '\0');
}

// The playground's model of a task under another name, with one file of it replaced.
std::string spoiled_model(const std::string& name, const std::string& task, const std::string& file,
                          const std::string& contents) {
  namespace fs = std::filesystem;
  fs::remove_all(playground().dir / name);
  fs::copy(playground().dir / task, playground().dir / name, fs::copy_options::recursive);
  write(name + "/" + file, contents);
  return name;
}

}  // namespace

TEST_CASE("broken training files are refused") {
  write("empty.tsv", "");
  write("blank.tsv", " \n\n\t\n");
  write("binary.tsv", std::string("a film\0\x01\x02\t1\n", 12));
  write("utf16.tsv", std::string("\xFF\xFE"
                                 "a\0",
                                 4));
  write("latin1.tsv", tiny::sentiment(4) + "caf\xE9 was good\tgood\n");
  write("prose.txt", "It was a dark night.\nThe rain fell in torrents.\nA man came in.\nNobody spoke.\nHe sat down.\n");
  write("oneclass.tsv", "fine\tgood\nwarm\tgood\ngreat\tgood\n");
  write("header.tsv", "sentence\tlabel\n");
  write("nolabel.tsv", tiny::sentiment(6) + "a sentence without any label\n");
  write("ragged.csv", "text,label\n\"a, b\",1\nc,d,0\ne,1\n");
  write("notags.conll", "Anna\nlives\nin\nOslo\n");
  write("allo.conll", "Anna O\nlives O\n\n");
  write("badtag.conll", "Anna B-PER\nlives O\nin X-LOC\nOslo B-LOC\n");
  std::string endless;
  for (int i = 0; i < 5000; ++i) endless += "very ";
  write("endless.tsv", tiny::sentiment(6) + endless + "long\tgood\n");
  write("moreclasses.tsv", tiny::sentiment(6) + "so so\tmixed\n");
  std::filesystem::create_directories(playground().dir / "folder.tsv");
  const Bad table[] = {
      train_on("missing.tsv", {"[missing.tsv]", "No such file"}),
      train_on("folder.tsv", {"[folder.tsv]", "is a directory"}),
      train_on("train.tsv/inside", {"[train.tsv/inside]"}),
      train_on("empty.tsv", {"[empty.tsv]", "is empty"}),
      train_on("blank.tsv", {"[blank.tsv]", "nothing but blanks"}),
      train_on("binary.tsv", {"[binary.tsv]", "binary", "byte 6"}),
      train_on("utf16.tsv", {"[utf16.tsv]", "UTF-16"}),
      train_on("latin1.tsv", {"[latin1.tsv:5:4]", "0xe9", "Latin-1"}),
      train_on("prose.txt", {"[prose.txt:1]", "no label", "expected `sentence<TAB>label`"}),
      train_on("oneclass.tsv", {"[oneclass.tsv]", "'good'", "two classes"}),
      train_on("header.tsv", {"[header.tsv"}),
      train_on("nolabel.tsv", {"[nolabel.tsv:7]"}),
      train_on("ragged.csv", {"[ragged.csv:3]", "3 comma-separated fields"}),
      train_on("train.conll", {"[train.conll", "entity tags"}),
      train_on("notags.conll", {"[notags.conll"}, "ner"),
      train_on("allo.conll", {"[allo.conll"}, "ner"),
      train_on("badtag.conll", {"[badtag.conll:3]", "X-LOC"}, "ner"),
      train_on("train.tsv", {"[train.tsv:1]"}, "ner"),
      {{"train", "sentiment", "--train", "train.tsv", "--dev", "moreclasses.tsv", "--out", "new"},
       {"[moreclasses.tsv:7]", "'mixed'", "bad, good"}},
      {{"evaluate", "--model", "sentiment", "--data", "missing.tsv"}, {"[missing.tsv]"}},
      {{"evaluate", "--model", "sentiment", "--data", "endless.tsv"},
       {"[endless.tsv:7]", "5001 tokens", "at most 4096"}},
      {{"train", "sentiment", "--train", "train.tsv", "--dev", "endless.tsv", "--out", "new"},
       {"[endless.tsv:7]", "5001 tokens"}},
      {{"evaluate", "--model", "sentiment", "--data", "moreclasses.tsv"}, {"[moreclasses.tsv:7]", "'mixed'"}},
      {{"evaluate", "--model", "sentiment", "--data", "dev.conll"}, {"[dev.conll"}},
      {{"evaluate", "--model", "ner", "--data", "dev.tsv"}, {"[dev.tsv"}},
  };
  for (const Bad& bad : table) check_refused(bad);
}

TEST_CASE("broken options are refused") {
  const Bad table[] = {
      {{}, {"subcommand"}},
      {{"trian"}, {"[command]", "'trian'", "train, evaluate"}},
      {{"train"}, {"[task] is missing; expected sentiment", "; see lemma train --help"}},
      {{"train", "poetry", "--out", "new"},
       {"[task]", "'poetry'", "expected sentiment, ner, lm, translation, image, decision or speech"}},
      train_with({"--lr", "banana"}, {"[--lr]", "'banana'", "expected a number"}),
      train_with({"--lr", "0"}, {"[--lr]", "above 0"}),
      train_with({"--lr", "-1"}, {"[--lr]", "above 0"}),
      train_with({"--lr", "nan"}, {"[--lr]", "'nan'"}),
      train_with({"--lr"}, {"[--lr] was given without a value"}),
      train_with({"--epochs", "-3"}, {"[--epochs]", "'-3'", "1 or more"}),
      train_with({"--epochs", "0"}, {"[--epochs]", "1 or more"}),
      train_with({"--epochs", "1.5"}, {"[--epochs]", "'1.5'"}),
      train_with({"--epochs", "99999999999999999999"}, {"[--epochs]", "whole number from 1 to 9223372036854775807"}),
      train_with({"--train", ""}, {"[--train]", "is empty"}),
      train_with({"--dev", ""}, {"[--dev]", "is empty"}),
      train_with({"--out", ""}, {"[--out]", "is empty"}),
      train_with({"--lr", "1e300"}, {"[--lr]", "too large"}),
      train_with({"--resume", "--overwrite"}, {"[--overwrite]", "starts anew"}),
      train_with({"--resume", "--overfit-one-batch"}, {"[--overfit-one-batch]", "starts anew"}),
      train_with({"--batch-size", "0"}, {"[--batch-size]"}),
      train_with({"--heads", "7", "--embed", "32"}, {"[--heads]", "7", "32"}),
      train_with({"--embed", "1000000"}, {"[--embed]", "16384"}),
      train_with({"--layers", "100000"}, {"[--layers]", "256"}),
      train_with({"--ff", "-8"}, {"[--ff]"}),
      train_with({"--dropout", "1.5"}, {"[--dropout]", "1.5", "below 1"}),
      train_with({"--token-dropout", "-0.1"}, {"[--token-dropout]"}),
      train_with({"--clip", "-1"}, {"[--clip]"}),
      train_with({"--warmup", "soon"}, {"[--warmup]", "'soon'"}),
      train_with({"--max-len", "-1"}, {"[--max-len]"}),
      train_with({"--min-count", "0"}, {"[--min-count]"}),
      train_with({"--seed", "-1"}, {"[--seed]"}),
      train_with({"--threads", "0"}, {"[--threads]", "from 1 to 4096"}),
      train_with({"--device", "cuda:9"}, {"[--device]", "cuda:9"}),
      train_with({"--device", "tpu"}, {"[--device]", "'tpu'", "cpu"}),
      train_with({"--precision", "int8"}, {"[--precision]", "'int8'", "float32, bfloat16 or float16"}),
      train_with({"--frobnicate", "3"}, {"--frobnicate"}),
      train_with({"stray"}, {"stray"}),
      train_with({"--resume"}, {"[new]", "does not exist"}),
      {{"train", "sentiment", "--dev", "dev.tsv", "--out", "new"}, {"[--dev]", "without --train"}},
      {{"train", "ner", "--out", "sentiment", "--resume"}, {"[sentiment]", "a model for sentiment"}},
      {{"train", "sentiment", "--out", "sentiment", "--resume", "--lr", "0.5"}, {"[--resume]", "--lr is 0.5", "0.001"}},
      {{"train", "sentiment", "--out", "sentiment", "--resume", "--train", "dev.tsv"},
       {"[--resume]", "--train is dev.tsv"}},
      {{"evaluate", "--data", "dev.tsv"}, {"--model"}},
      {{"predict", "a text"}, {"--model"}},
      {{"attention", "--model", "ner", "a text", "--out", ""}, {"[--out]", "is empty"}},
      {{"attention", "--model", "ner", "a text", "--layer", "0"}, {"[--layer]", "'0'", "from 1"}},
      {{"attention", "--model", "ner", "a text", "--head", "3"}, {"no head 3", "expected 1 to 2"}},
  };
  for (const Bad& bad : table) check_refused(bad);
}

TEST_CASE("a run whose weights run away ends with status 1 and saves nothing") {
  const size_t entries = playground().dir.entries();
  const Program train =
      playground().run({"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "new", "--epochs",
                        "1", "--batch-size", "1000", "--warmup", "1", "--lr", "1e30"});
  CAPTURE(train.err);
  CHECK(train.status == 1);
  CHECK(train.err.find("smaller --lr") != std::string::npos);
  CHECK(playground().dir.entries() == entries);
}

TEST_CASE("weights that are not numbers are refused") {
  auto file = lemma::io::load_safetensors(playground().dir / "sentiment/model.safetensors");
  file.tensors[0].second.mul_(NAN);
  const std::string path = spoiled_model("nan", "sentiment", "model.safetensors", "");
  lemma::io::save_safetensors(playground().dir / "nan/model.safetensors", file.tensors, file.metadata);
  check_refused({{"predict", "--model", path, "a film"},
                 {"[nan/model.safetensors]", "holds a NaN or an Inf", file.tensors[0].first}});
  check_refused({{"evaluate", "--model", path, "--data", "dev.tsv"}, {"holds a NaN or an Inf"}});
}

TEST_CASE("places that cannot be written are refused before training") {
  check_refused(
      {{"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", ""}, {"[--out] is empty"}});
  check_refused({{"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "."},
                 {"[--out] '.' holds the directory"}});
  check_refused({{"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "/proc/lemma/new"},
                 {"[/proc/lemma/new]"}});
  check_refused({{"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "train.tsv"},
                 {"[train.tsv]", "is a file"}});
  check_refused({{"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "train.tsv/new"},
                 {"[train.tsv/new]"}});
  std::filesystem::create_directories(playground().dir / "mine");
  write("mine/thesis.txt", "years of work");
  check_refused(
      {{"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "mine"}, {"[mine]", "thesis.txt"}});
  check_refused({{"attention", "--model", "ner", "Anna lives", "--out", "missing/page.html"}, {"[missing/page.html]"}});
}

TEST_CASE("a disk that fills up while a model is saved leaves what was there") {
  const size_t entries = playground().dir.entries();
  const Program train = playground().run(
      {"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "new"}, {.largest_file = 4096});
  CAPTURE(train.err);
  CHECK(train.status == 2);
  CHECK(train.err.starts_with("lemma: [new/model.safetensors] cannot be written"));
  CHECK(playground().dir.entries() == entries);
  const std::string before = lemma::io::read_file(playground().dir / "sentiment/model.safetensors");
  const Program program = playground().run({"attention", "--model", "sentiment", "a fine film", "--out", "full.html"},
                                           {.largest_file = 100});
  CHECK(program.status == 2);
  CHECK(program.err.find("[full.html]") != std::string::npos);
  CHECK(!lemma::io::exists(playground().dir / "full.html"));
  CHECK(lemma::io::read_file(playground().dir / "sentiment/model.safetensors") == before);
}

TEST_CASE("broken model directories are refused") {
  const std::string weights = lemma::io::read_file(playground().dir / "ner/model.safetensors");
  const std::string config = lemma::io::read_file(playground().dir / "ner/config.json");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = config;
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  std::filesystem::create_directories(playground().dir / "nothing");
  std::filesystem::copy(playground().dir / "ner", playground().dir / "novocab",
                        std::filesystem::copy_options::recursive);
  std::filesystem::remove(playground().dir / "novocab/vocab.txt");
  const struct {
    std::string directory;
    std::vector<std::string> complaint;
  } table[] = {
      {"missing", {"[missing]", "does not exist"}},
      {"train.tsv", {"[train.tsv]", "is a file"}},
      {"nothing", {"[nothing]", "has no config.json"}},
      {"novocab", {"[novocab]", "has no vocab.txt"}},
      {spoiled_model("cut", "ner", "model.safetensors", weights.substr(0, weights.size() / 2)),
       {"cut/model.safetensors"}},
      {spoiled_model("cut8", "ner", "model.safetensors", weights.substr(0, 5)), {"cut8/model.safetensors"}},
      {spoiled_model("other", "ner", "model.safetensors",
                     lemma::io::read_file(playground().dir / "sentiment/model.safetensors")),
       {"other/model.safetensors"}},
      {spoiled_model("nojson", "ner", "config.json", "not json"), {"nojson/config.json", "not JSON"}},
      {spoiled_model("emptyjson", "ner", "config.json", "{}"), {"emptyjson/config.json", "'format'"}},
      {spoiled_model("list", "ner", "config.json", "[1, 2]"), {"list/config.json"}},
      {spoiled_model("deep", "ner", "config.json", std::string(100000, '[')), {"deep/config.json", "deep"}},
      {spoiled_model("version", "ner", "config.json", with("\"version\": 1", "\"version\": 99")),
       {"version/config.json", "version 99"}},
      {spoiled_model("task", "ner", "config.json", with("\"task\": \"ner\"", "\"task\": \"poetry\"")),
       {"task/config.json", "poetry"}},
      {spoiled_model("wide", "ner", "config.json", with("\"embed\": 8", "\"embed\": 16")),
       {"wide/model.safetensors", "encoder.words.weight"}},
      {spoiled_model("text", "ner", "config.json", with("\"embed\": 8", "\"embed\": \"8\"")),
       {"text/config.json", "'model.embed'"}},
      {spoiled_model("heads", "ner", "config.json", with("\"heads\": 2", "\"heads\": 3")),
       {"heads/config.json", "3 heads"}},
      {spoiled_model("layers", "ner", "config.json", with("\"layers\": 1", "\"layers\": 99")),
       {"layers/model.safetensors", "layers.98"}},
      {spoiled_model("nolabels", "ner", "labels.txt", ""), {"nolabels/labels.txt"}},
      {spoiled_model("labels", "ner", "labels.txt", "O\nB-LOC\nB-LOC\n"), {"labels/labels.txt:3", "twice"}},
      {spoiled_model("tags", "ner", "labels.txt", "good\nbad\n"), {"tags/labels.txt"}},
      {spoiled_model("vocab", "ner", "vocab.txt", "a\nb\n"), {"vocab/vocab.txt"}},
      {spoiled_model("short", "ner", "vocab.txt", "<pad>\n<unk>\n"),
       {"short/model.safetensors", "encoder.words.weight"}},
      {spoiled_model("features", "ner", "features.txt", "nonsense"), {"features/features.txt"}},
  };
  for (const auto& [directory, complaint] : table)
    check_refused({{"predict", "--model", directory, "Anna"}, complaint});
  check_refused({{"info", "--model", "missing"}, {"[missing]"}});
  check_refused({{"evaluate", "--model", "cut", "--data", "dev.conll"}, {"cut/model.safetensors"}});
  check_refused({{"train", "ner", "--out", "cut", "--resume"}, {"cut/model.safetensors"}});
  spoiled_model("badstate", "ner", "training.safetensors", weights);
  check_refused({{"train", "ner", "--out", "badstate", "--resume", "--epochs", "3"}, {"resume"}});
}

TEST_CASE("hostile safetensors files are refused") {
  const std::string one = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const struct {
    std::string name, contents;
    std::vector<std::string> complaint;
  } table[] = {
      {"h0", "", {}},
      {"h1", "abc", {}},
      {"h2", header_length(uint64_t{1} << 63) + "{}", {}},
      {"h3", header_length(1000) + "{}", {}},
      {"h4", safetensors("not json", 0), {}},
      {"h5", safetensors(std::string(200000, '['), 0), {}},
      {"h6", safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,800]}})", 8), {"'a'"}},
      {"h7",
       safetensors(
           R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
           12),
       {}},
      {"h8", safetensors(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8), {"'a'"}},
      {"h9", safetensors(R"({"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})", 8), {"'a'", "F31"}},
      {"h10", safetensors(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8), {"'a'"}},
      {"h11", safetensors(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})", 8), {"'a'"}},
      {"h12", safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8), {"'a'"}},
      {"h13", safetensors(R"({"a":[]})", 0), {"'a'"}},
      {"h14", safetensors(one, 4), {}},
      {"h15", safetensors(one, 8), {"embedding.weight"}},
      {"h16",
       safetensors(R"({"embedding.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8),
       {"embedding.weight", "matrix"}},
  };
  write("ids1.txt", "0\n");
  for (const auto& [name, contents, complaint] : table) {
    write(name + ".safetensors", contents);
    std::vector<std::string> parts = {"[" + name + ".safetensors]"};
    parts.insert(parts.end(), complaint.begin(), complaint.end());
    check_refused(
        {{"logits", "--model", name + ".safetensors", "--guide", "sentiment", "--heads", "1", "--ids", "ids1.txt"},
         parts});
  }
}

TEST_CASE("ids that are not numbers or lie beyond the vocabulary are refused, before any output") {
  lemma::guide::SentimentClassifier model(20, 8, 2, 3);
  lemma::io::save_safetensors(playground().dir / "guide.safetensors", model.state_dict());
  const struct {
    std::string name, contents;
    std::vector<std::string> complaint;
  } table[] = {
      {"i1", "1 2\n3 x\n", {"[i1:2]", "'x'", "from 0 to 19"}},
      {"i2", "1 2\n3 20\n", {"[i2:2]", "'20'", "from 0 to 19"}},
      {"i3", "-1\n", {"[i3:1]", "'-1'"}},
      {"i4", "1.5\n", {"[i4:1]", "'1.5'"}},
      {"i5", "99999999999999999999999\n", {"[i5:1]"}},
      {"i6", "1\n\n2\n", {"[i6:2]", "no id"}},
      {"i7", "", {"[i7]", "empty"}},
  };
  for (const auto& [name, contents, complaint] : table) {
    write(name, contents);
    check_refused(
        {{"logits", "--model", "guide.safetensors", "--guide", "sentiment", "--heads", "2", "--ids", name}, complaint});
  }
  write("ok", "1 2\n");
  check_refused({{"logits", "--model", "guide.safetensors", "--guide", "sentiment", "--heads", "3", "--ids", "ok"},
                 {"[--heads]", "3", "8"}});
  check_refused(
      {{"logits", "--model", "guide.safetensors", "--guide", "poem", "--ids", "ok"}, {"[--guide]", "'poem'"}});
  check_refused({{"logits", "--model", "nowhere", "--guide", "ner", "--ids", "ok"}, {"[nowhere]"}});
  check_refused({{"logits", "--model", "sentiment", "--guide", "sentiment", "--ids", "ok"}, {"embedding.weight"}});
}

TEST_CASE("texts that no model can read are refused") {
  std::string many_words;
  while (many_words.size() < 5000) many_words += "word ";
  check_refused({{"predict", "--model", "sentiment"}, {"[stdin]", "is empty"}});
  check_refused({{"predict", "--model", "sentiment", ""}, {"[text 1]", "no word"}});
  check_refused({{"predict", "--model", "sentiment", "caf\xE9"}, {"[text 1]", "0xe9", "column 4"}});
  check_refused({{"attention", "--model", "ner", " ", "--out", "new.html"}, {"[TEXT]", "no word"}});
  check_refused({{"attention", "--model", "ner", many_words, "--out", "new.html"}, {"[TEXT]", "256"}});
}

TEST_CASE("a NaN in training is a failure of its own: one line that names the operation, status 1, nothing saved") {
  const size_t before = playground().dir.entries();
  const Program program = playground().run(
      {"train", "sentiment", "--train", "train.tsv", "--dev", "dev.tsv", "--out", "new", "--lr", "1e30"});
  CAPTURE(program.err);
  CHECK(program.status == 1);
  CHECK(std::count(program.err.begin(), program.err.end(), '\n') == 1);
  CHECK(program.err.starts_with("lemma: [epoch 1, step 2] the loss is "));
  CHECK(program.err.find("it began in [") != std::string::npos);
  CHECK(playground().dir.entries() == before);
}

TEST_CASE("a standard output that cannot be written is reported, not ignored") {
  const int full = ::open("/dev/full", O_WRONLY);
  if (full < 0) return;
  ::close(full);
  const std::string command = build_dir() + "/lemma info --model '" + (playground().dir / "ner") +
                              "' > /dev/full 2> '" + (playground().dir / "complaint") + "'";
  CHECK(WEXITSTATUS(std::system(command.c_str())) == 2);
  CHECK(lemma::io::read_file(playground().dir / "complaint") ==
        "lemma: [stdout] cannot be written to; is the disk full?\n");
}
