#pragma once
/// What a task is: all that training, scoring and prediction need to know about it. The tasks themselves are in
/// lemma/tasks; nothing here or in the loop depends on any of them.
///
/// A Task reads files, names its options and makes Learners. A Learner is a network together with what turns people's
/// data into the network's numbers and its numbers into answers.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lemma/nn/generate.h"
#include "lemma/nn/module.h"
#include "lemma/random.h"
#include "lemma/train/options.h"
#include "lemma/train/read_options.h"
#include "lemma/viz/picture_page.h"
#include "lemma/viz/sound_page.h"

namespace lemma::train {

/// Row numbers of examples, batch by batch.
using Batches = std::vector<std::vector<int64_t>>;

/// A labelled file as its task read it.
struct Corpus {
  virtual ~Corpus() = default;
  virtual int64_t size() const = 0;  ///< how many examples it has
  /// "1,200 texts, 17,000 tokens"
  virtual std::string size_text() const = 0;
  std::string path;
  std::string format;              ///< what kind of file it was, in words
  std::vector<std::string> notes;  ///< what was repaired or replaced, in words
};

/// The score of a method that learns almost nothing.
struct Baseline {
  std::string name;
  double score = 0;
};

struct Corpora {
  std::unique_ptr<Corpus> train, dev;
  std::vector<Baseline> baselines;  ///< on dev, learnt from train
};

/// A corpus as numbers.
class Examples {
 public:
  virtual ~Examples() = default;
  virtual int64_t size() const = 0;  ///< how many there are
  /// The batches of an epoch, drawn from the generator: each example once, all batches but one full. By default
  /// in random order.
  virtual Batches draw(int64_t batch_size, Generator& generator) const;
  /// The first `count` of them.
  virtual std::unique_ptr<Examples> first(int64_t count) const = 0;
  /// What was lost on the way from the corpus, in words; empty where nothing was.
  virtual std::string note() const { return ""; }
  /// What to say about such batches: " (3.1 % padding)".
  virtual std::string note(const Batches&) const { return ""; }
};

/// A learner's outcome on a corpus.
struct Evaluation {
  double loss = 0;   ///< mean
  double score = 0;  ///< what the task is scored by
  std::string json;  ///< the object that `lemma evaluate` prints
  /// For people, with this many of the worst mistakes. The corpus must still be there.
  std::function<std::string(size_t worst)> report;
};

/// What a network looks at in one text.
struct Attention {
  std::string summary;              ///< what it answers, in a sentence
  std::vector<std::string> tokens;  ///< T of them
  std::vector<Tensor> weights;      ///< (1, H, T, T) per layer
  /// S of them, where the tokens look at another text: the weights are (1, H, T, S) then.
  std::vector<std::string> keys = {};
};

/// How a text is to be written.
struct Writing {
  nn::GenerateOptions options = {};  ///< its `end` and `on_token` are the learner's to set
  std::string end = {};              ///< the token that ends the text; empty: the model's own, or none
  std::function<void(std::string_view)> on_text = {};  ///< told of each piece of whole characters as it comes
};

/// How episodes of a world are to be played.
struct Playing {
  std::optional<double> wanted = {};  ///< the return that is asked for; none: the best that is known of the world
  int64_t episodes = 1;
  uint64_t seed = 1;
  /// Told of each step of an episode as it is played: a picture, in at most `columns`. Such episodes are played one by
  /// one.
  std::function<void(const std::string& picture)> on_step = {};
  int columns = 80;
};

/// An episode that was played.
struct Played {
  double wanted = 0, reached = 0;  ///< returns
  std::string json;                ///< what `lemma play` prints of it
  std::string record;              ///< all of it, as a file of episodes has it
};

/// A line that a run prints before it begins.
struct Fact {
  std::string name, text;
};

/// A file of a model directory.
struct NamedText {
  std::string path, text;
};

/// What a corpus is encoded for, apart from dropout: to learn from, or to be scored on.
enum class Use { training, scoring };

class Learner {
 public:
  virtual ~Learner() = default;
  virtual nn::Module& module() = 0;  ///< the network
  /// What it keeps in a model directory besides the weights, in the order of the task's files().
  virtual std::vector<std::string> texts() const { return {}; }
  /// Reads a file whose labels must be among those learned. Throws IoError naming file and line.
  virtual std::unique_ptr<Corpus> read(const std::string& path, bool replace_invalid) const = 0;
  /// The same with everything that a user may say about the file, for tasks that have more to say.
  virtual std::unique_ptr<Corpus> read_as(const std::string& path, const ReadOptions& how) const {
    return read(path, how.replace_invalid);
  }
  virtual std::unique_ptr<Examples> examples(const Corpus& corpus, Use use) const = 0;  ///< a corpus as numbers
  /// The mean loss of a batch, a scalar; with dropout while the module is in training mode.
  virtual Tensor loss(const Examples& examples, std::span<const int64_t> rows) = 0;
  /// The number of classes, if a uniform guess among them costs ln(classes); 0: there is no such number.
  virtual int64_t classes() const { return 0; }
  /// Runs the network in eval mode, without a tape; then restores its mode.
  virtual Evaluation evaluate(const Corpus& corpus, const Examples& examples) = 0;
  /// Of two classes the second is answered where its probability is at least this, from 0 to 1. Throws ValueError for a
  /// model that does not choose between two classes.
  virtual void set_threshold(double threshold);
  /// How what predict() is given is to be read. Throws ValueError for a model that reads texts.
  virtual void set_reading(const ReadOptions& how);
  /// The answer to a text: one JSON object, or a line for people. Throws IoError naming `where`.
  virtual std::string predict(const std::string& where, const std::string& text) = 0;
  /// The same for people, with colours where `colour` is set.
  virtual std::string predict_for_people(const std::string& where, const std::string& text, bool colour);
  /// What the model writes after a prompt, or in answer to it. Throws IoError naming `where` for a prompt that it
  /// cannot read, ValueError for a model that writes nothing.
  virtual std::string generate(const std::string& where, const std::string& prompt, const Writing& how);
  /// Episodes of the world that the model acts in. Throws ValueError for a model that acts in none.
  virtual std::vector<Played> play(const Playing& how);
  /// Some returns that may be asked for, from the worst to the best.
  virtual std::vector<double> returns(int64_t count) const;
  /// What the colours of predict_for_people() mean, a line printed before the first answer; empty where nothing needs
  /// it.
  virtual std::string legend(bool colour) const;
  /// Throws IoError naming `where`, also for more than `most` tokens; ValueError for a network without attention.
  virtual Attention attention(const std::string& where, const std::string& text, size_t most);
  /// What a network that sees looks at in a picture, whose path `text` is; nothing for a model of texts.
  virtual std::optional<viz::PicturePage> looks(const std::string&, const std::string&) { return {}; }
  /// What a network that listens hears in a recording, whose path `text` is, and when; nothing for a model of texts.
  virtual std::optional<viz::SoundPage> hears(const std::string&, const std::string&) { return {}; }
  /// -ln P of the model's own answer to a text, the mean where it answers each token: a scalar with its graph, without
  /// dropout. Throws IoError naming `where`; ValueError for a model that has none.
  virtual Tensor surprise(const std::string& where, const std::string& text);
  /// What a run prints about the data and the network before it begins ...
  virtual std::vector<Fact> facts(const Corpus& corpus, const Examples& train, const Examples& dev);
  /// ... and `lemma info` about the network, one string per line.
  virtual std::vector<std::string> description() { return {}; }
};

/// A model of the guide: ids (B, T) to logits.
struct GuideNetwork {
  std::unique_ptr<nn::Module> module;
  std::function<Tensor(const Tensor& ids)> forward;
};
using MakeGuide = GuideNetwork (*)(int64_t vocabulary, int64_t width, int64_t heads, int64_t outputs);

/// What a task is scored by.
struct Score {
  std::string name;
  bool higher_is_better = true;
  bool better(double a, double b) const { return higher_is_better ? a > b : a < b; }
};

class Task {
 public:
  virtual ~Task() = default;
  /// On the command line, in config.json, and the folder of its corpus in data/.
  virtual std::string name() const = 0;
  /// In the sentence "Lemma learns ... from text files."
  virtual std::string learns() const = 0;
  virtual Score score() const = 0;  ///< what it is scored by
  /// What one example is, in the plural.
  virtual std::string unit() const { return "texts"; }
  /// How the files of its corpus in data/ end: ".tsv".
  virtual std::string ending() const = 0;
  /// The forms of files that it reads, in words.
  virtual std::string reads() const = 0;
  /// A text to try a model on.
  virtual std::string sample() const = 0;
  /// Whether generate() goes on where the prompt ends, so that both are one text, instead of answering it.
  virtual bool continues() const { return true; }
  /// What follows the program's name in a command that tries a model, whose directory is as a shell reads it.
  virtual std::string trial(const std::string& model) const;
  /// The defaults.
  virtual std::unique_ptr<Options> options() const = 0;
  /// The files that a model directory holds besides config.json and the weights.
  virtual std::vector<std::string> files() const { return {}; }
  /// Reads both files and scores the baselines. With an empty `dev_path` a tenth of the training file is held out.
  /// Throws IoError naming file and line.
  virtual Corpora read(const std::string& train_path, const std::string& dev_path, bool replace_invalid) const = 0;
  /// The same with everything that a user may say about the files, for tasks that have more to say.
  virtual Corpora read_as(const std::string& train_path, const std::string& dev_path, const ReadOptions& how) const {
    return read(train_path, dev_path, how.replace_invalid);
  }
  /// The same where the options of the run decide, too.
  virtual Corpora read_for(const std::string& train_path, const std::string& dev_path, const ReadOptions& how,
                           const Options&) const {
    return read_as(train_path, dev_path, how);
  }
  /// Whether it makes data by itself where no file is given: from the options alone, so that a resumed run makes the
  /// same.
  virtual bool makes_data() const { return false; }
  /// Data made so, and the baselines on it. Throws ValueError for a task that makes none.
  virtual Corpora make_data(const Options& options) const;
  /// How a file is understood, in lines for people. Throws IoError where it is not; nothing where the task has none.
  virtual std::string inspect(const std::string&, const ReadOptions&) const { return ""; }
  /// A learner for a corpus from read(); initial weights come from default_generator().
  virtual std::unique_ptr<Learner> make(const Corpus& train, const Options& options) const = 0;
  /// A learner from `files`, in the order of files(); its weights are loaded later.
  virtual std::unique_ptr<Learner> open(const Options& options, const std::vector<NamedText>& files) const = 0;
  /// Tensors whose shapes follow from the options (0: any size), checked before anything of that size is allocated.
  virtual std::vector<std::pair<std::string, Shape>> shapes(const Options&) const { return {}; }
  /// The guide's model for this task, where it has one.
  virtual MakeGuide guide() const { return nullptr; }
};

/// The tasks that a program knows.
using Tasks = std::vector<const Task*>;

/// The task of that name. Throws ValueError naming those that exist.
const Task& find(const Tasks& tasks, const std::string& name);
/// "a", "a or b", "a, b or c".
std::string names_text(const Tasks& tasks);

}  // namespace lemma::train
