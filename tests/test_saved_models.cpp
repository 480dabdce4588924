// Models that an earlier version saved: they open, give the numbers that they gave, and resume. tests/saved/README.md
// tells how they were made.
#include <nlohmann/json.hpp>

#include "lemma/io/safetensors.h"
#include "lemma/ops.h"
#include "tests/program.h"

using namespace lemma;
using Json = nlohmann::json;

namespace {

// A copy of tests/saved to work in.
struct SavedModel {
  SavedModel() {
    std::filesystem::copy(LEMMA_SOURCE_DIR "/tests/saved", dir.path, std::filesystem::copy_options::recursive);
  }
  Json run(const std::vector<std::string>& arguments) const {
    const Program program = run_lemma(arguments, {.directory = dir.path});
    CAPTURE(program.err);
    REQUIRE(program.status == 0);
    return Json::parse(program.out);
  }
  TempDir dir;
};

}  // namespace

TEST_CASE("a sentiment model saved by an earlier version gives the numbers that it gave") {
  const SavedModel saved;
  const Json score = saved.run({"evaluate", "--model", "sentiment", "--data", "dev.tsv"});
  CHECK(score["examples"] == 12);
  CHECK(score["accuracy"] == 0.5);
  CHECK(score["loss"].get<double>() == Approx(0.7795874873797098).epsilon(1e-6));
  const Json answer = saved.run({"predict", "--model", "sentiment", "a fine hotel"});
  CHECK(answer["label"] == "good");
  CHECK(answer["probabilities"]["bad"].get<double>() == Approx(0.362306367089431).epsilon(1e-6));
  CHECK(answer["probabilities"]["good"].get<double>() == Approx(0.6376936082247305).epsilon(1e-6));
}

TEST_CASE("an entity model saved by an earlier version gives the numbers that it gave") {
  const SavedModel saved;
  const Json score = saved.run({"evaluate", "--model", "ner", "--data", "dev.conll"});
  CHECK(score["sentences"] == 12);
  for (const char* field : {"precision", "recall", "f1"})
    CHECK(score[field].get<double>() == Approx(2.0 / 3).epsilon(1e-12));
  const Json answer = saved.run({"predict", "--model", "ner", "Anna Berg lives in Quito."});
  CHECK(answer["tags"] == Json({"B-PER", "O", "O", "O", "B-LOC", "O"}));
}

TEST_CASE("a language model saved by an earlier version gives the numbers that it gave, and is resumed") {
  const SavedModel saved;
  const auto loss = [&] {
    return saved.run({"evaluate", "--model", "lm", "--data", "dev.txt"})["loss_per_character"].get<double>();
  };
  CHECK(loss() == Approx(1.9821597156051087).epsilon(1e-6));
  const Json answer = saved.run({"predict", "--model", "lm", "the cat sees"});
  CHECK(answer["loss_per_character"].get<double>() == Approx(1.7463701690236728).epsilon(1e-6));
  const Program text =
      run_lemma({"generate", "--model", "lm", "--prompt", "the cat", "--temperature", "0", "--max", "8"},
                {.directory = saved.dir.path});
  CHECK(text.out == "the cate tee se\n");
  REQUIRE(run_lemma({"train", "lm", "--out", "lm", "--resume"}, {.directory = saved.dir.path}).status == 0);
  CHECK(loss() == Approx(1.0459066967109907).epsilon(1e-2));  // where that version ended; four epochs of rounding
}

TEST_CASE("a translation model saved by an earlier version gives the numbers that it gave") {
  const SavedModel saved;
  const Json score = saved.run({"evaluate", "--model", "translation", "--data", "dev.pairs"});
  CHECK(score["sentences"] == 8);
  CHECK(score["bleu"].get<double>() == Approx(59.84944915838876));
  CHECK(score["loss"].get<double>() == Approx(0.8562152981758118).epsilon(1e-6));
  CHECK(saved.run({"predict", "--model", "translation", "one two three four"})["translation"] == "eins zwei drei vier");
}

TEST_CASE("a run interrupted in an earlier version is resumed where that version ended") {
  const SavedModel saved;
  const Program program =
      run_lemma({"train", "sentiment", "--out", "sentiment", "--resume"}, {.directory = saved.dir.path});
  CAPTURE(program.err);
  REQUIRE(program.status == 0);
  const io::SafeTensors then = io::load_safetensors(saved.dir / "resumed.safetensors"),
                        now = io::load_safetensors(saved.dir / "sentiment/training.safetensors");
  CHECK(now.metadata.at("steps") == then.metadata.at("steps"));
  CHECK(now.metadata.at("offset") == then.metadata.at("offset"));
  CHECK(now.metadata.at("train_checksum") == then.metadata.at("train_checksum"));
  REQUIRE(now.tensors.size() == then.tensors.size());
  for (const auto& entry : then.tensors) {
    const std::string& key = entry.first;
    const Tensor& value = entry.second;
    CAPTURE(key);
    const Tensor* tensor = now.find(key);
    REQUIRE(tensor);
    // Other processors round differently, here over 300 steps. A key's bias changes no probability, since softmax is
    // blind to it: its gradient is nothing but rounding, which Adam turns into steps, so that third of in_proj_bias is
    // left out.
    const auto told = [&](const Tensor& x) {
      if (!key.ends_with(".in_proj_bias")) return x;
      const std::vector<Tensor> thirds = x.chunk(3);
      return cat({thirds[0], thirds[2]});
    };
    CHECK(allclose(told(*tensor), told(value), 1e-3, 1e-5));
  }
}

TEST_CASE("a model whose numbers overflow has no answer and no score, and says so") {
  const SavedModel saved;
  const std::string path = saved.dir / "sentiment/model.safetensors";
  io::SafeTensors model = io::load_safetensors(path);
  for (auto& [key, value] : model.tensors) value = full(value.shape(), 3e38);
  io::save_safetensors(path, model.tensors, model.metadata);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"evaluate", "--model", "sentiment", "--data", "dev.tsv"},
        std::vector<std::string>{"predict", "--model", "sentiment", "a fine hotel"}}) {
    const Program program = run_lemma(arguments, {.directory = saved.dir.path});
    CAPTURE(program.out, program.err);
    CHECK(program.status == 2);
    CHECK(program.err.find("overflow to nan") != std::string::npos);
    CHECK(program.out.find("label") == std::string::npos);
  }
}
