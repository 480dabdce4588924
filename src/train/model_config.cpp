// config.json: there and back, with every field checked.
#include "train/model_config.h"

#include <fmt/format.h>

#include "lemma/core/error.h"

namespace lemma::train {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "lemma-model";
constexpr int64_t kVersion = 1;

// Reads the fields of one object; a missing one or one of the wrong kind is an error that names it.
class Fields {
 public:
  Fields(const Json& object, std::string where, std::string path)
      : object_(object), where_(std::move(where)), path_(std::move(path)) {
    if (!object.is_object())
      throw IoError(where_,
                    fmt::format("{} is no object; expected fields in braces", path_.empty() ? "the file" : path_));
  }
  Fields in(const char* key) const { return {at(key), where_, path_ + key + "."}; }
  const Json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) throw IoError(where_, fmt::format("has no field '{}{}'", path_, key));
    return *found;
  }
  std::string text(const char* key) const { return typed<std::string>(key, "a text", at(key).is_string()); }
  int64_t integer(const char* key) const {
    const bool fits =
        at(key).is_number_integer() && !(at(key).is_number_unsigned() && at(key).get<uint64_t>() > INT64_MAX);
    return typed<int64_t>(key, "a whole number", fits);
  }
  uint64_t natural(const char* key) const {
    return typed<uint64_t>(key, "a whole number of 0 or more", at(key).is_number_unsigned());
  }
  double number(const char* key) const { return typed<double>(key, "a number", at(key).is_number()); }
  bool has(const char* key) const { return object_.contains(key); }
  bool flag(const char* key) const { return typed<bool>(key, "true or false", at(key).is_boolean()); }
  const Json& list(const char* key) const {
    if (!at(key).is_array())
      throw IoError(where_, fmt::format("field '{}{}' is {}; expected a list", path_, key, at(key).dump()));
    return at(key);
  }

 private:
  template <class T>
  T typed(const char* key, const char* expected, bool right) const {
    if (!right)
      throw IoError(where_,
                    fmt::format("field '{}{}' is {}; expected {}", path_, key, at(key).dump().substr(0, 60), expected));
    return at(key).get<T>();
  }
  const Json& object_;
  std::string where_, path_;
};

Json model_json(const ModelConfig& c) {
  return {{"embed", c.embed},
          {"heads", c.heads},
          {"layers", c.layers},
          {"ff", c.ff},
          {"letters", c.letters},
          {"window", c.window},
          {"embed_dropout", c.embed_dropout},
          {"layer_dropout", c.layer_dropout},
          {"head_dropout", c.head_dropout},
          {"feature_scale", c.feature_scale},
          {"position_scale", c.position_scale}};
}

ModelConfig model_from(Task task, const Fields& f) {
  return {task,
          f.integer("embed"),
          f.integer("heads"),
          f.integer("layers"),
          f.integer("ff"),
          f.number("embed_dropout"),
          f.number("layer_dropout"),
          f.number("head_dropout"),
          f.number("feature_scale"),
          f.number("position_scale"),
          f.integer("letters"),
          f.flag("window")};
}

Json options_json(const TrainOptions& o) {
  return {{"epochs", o.epochs},
          {"batch_size", o.batch_size},
          {"lr", o.lr},
          {"weight_decay", o.weight_decay},
          {"warmup", o.warmup},
          {"clip", o.clip},
          {"token_dropout", o.token_dropout},
          {"rare_dropout", o.rare_dropout},
          {"average", o.average},
          {"min_count", o.min_count},
          {"feature_count", o.feature_count},
          {"max_len", o.max_len},
          {"patience", o.patience},
          {"seed", o.seed},
          {"precision", lemma::name(o.precision)}};
}

DType precision_from(const Fields& f) {
  if (!f.has("precision")) return DType::float32;  // models of the first version have none
  const std::string text = f.text("precision");
  for (const DType dtype : {DType::bfloat16, DType::float16})
    if (text == lemma::name(dtype)) return dtype;
  if (text != "float32")
    throw ValueError("precision", fmt::format("'{}' is not known; expected float32, bfloat16 or float16", text));
  return DType::float32;
}

TrainOptions options_from(const Fields& f) {
  return {f.integer("epochs"),       f.integer("batch_size"),    f.number("lr"),
          f.number("weight_decay"),  f.integer("warmup"),        f.number("clip"),
          f.number("token_dropout"), f.number("rare_dropout"),   f.number("average"),
          f.integer("min_count"),    f.integer("feature_count"), f.integer("max_len"),
          f.integer("patience"),     f.natural("seed"),          precision_from(f)};
}

Json history_json(const History& h) {
  Json baselines = Json::object(), epochs = Json::array();
  for (const Baseline& b : h.baselines) baselines[b.name] = b.score;
  for (const EpochRecord& e : h.epochs)
    epochs.push_back(
        {{"train_loss", e.train_loss}, {"dev_loss", e.dev_loss}, {"score", e.score}, {"seconds", e.seconds}});
  return {{"train", h.train_path},      {"dev", h.dev_path},
          {"train_size", h.train_size}, {"dev_size", h.dev_size},
          {"baselines", baselines},     {"best_epoch", h.best_epoch},
          {"best_score", h.best_score}, {"complete", h.complete},
          {"device", h.device},         {"epochs", epochs}};
}

History history_from(const Fields& f, const std::string& where) {
  History h{f.text("train"),         f.text("dev"),          f.integer("train_size"), f.integer("dev_size"), {}, {},
            f.integer("best_epoch"), f.number("best_score"), f.flag("complete")};
  if (f.has("device")) h.device = f.text("device");  // models of the first version have none
  const Json& baselines = f.at("baselines");
  const Fields scores(baselines, where, "history.baselines.");
  for (const auto& [name, score] : baselines.items()) h.baselines.push_back({name, scores.number(name.c_str())});
  for (const Json& entry : f.list("epochs")) {
    const Fields e(entry, where, "history.epochs.");
    h.epochs.push_back({e.number("train_loss"), e.number("dev_loss"), e.number("score"), e.number("seconds")});
  }
  return h;
}

}  // namespace

std::string config_text(const ModelConfig& model, const TrainOptions& options, const History& history) {
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"task", name(model.task)},
                     {"model", model_json(model)},
                     {"options", options_json(options)},
                     {"history", history_json(history)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

ConfigFile parse_config(const std::string& text, const std::string& where) {
  // Deep nesting would exhaust the stack; a real config has three levels.
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    if (depth > 32)
      throw IoError(where, "is nested more than 32 levels deep; expected the config.json of a model directory");
  }
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw IoError(where, "is no JSON; expected the config.json of a model directory");
  const Fields f(json, where, "");
  if (f.text("format") != kFormat)
    throw IoError(where, fmt::format("field 'format' is '{}'; expected '{}'", f.text("format"), kFormat));
  if (f.integer("version") != kVersion)
    throw IoError(where,
                  fmt::format("is of version {}; this program reads version {}", f.integer("version"), kVersion));
  try {
    ConfigFile file{model_from(parse_task(f.text("task")), f.in("model")), options_from(f.in("options")),
                    history_from(f.in("history"), where)};
    file.model.check();
    file.options.check();
    return file;
  } catch (const ValueError& error) {
    throw IoError(where, error.what());
  }
}

}  // namespace lemma::train
