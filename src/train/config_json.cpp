#include "train/config_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"

namespace lemma::train {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "lemma-model";
constexpr int64_t kVersion = 1;
constexpr int kDeepest = 32;  // levels; a real config has three

// Reads the fields of one object; a missing one or one of the wrong kind is an error that names it.
class Object {
 public:
  Object(const Json& object, std::string where, std::string path)
      : object_(object), where_(std::move(where)), path_(std::move(path)) {
    if (!object.is_object())
      throw IoError(where_,
                    fmt::format("{} is not an object; expected fields in braces", path_.empty() ? "the file" : path_));
  }
  Object in(const char* key) const { return {at(key), where_, path_ + key + "."}; }
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

struct ToJson {
  Json operator()(const DType* value) const { return lemma::name(*value); }
  Json operator()(const auto* value) const { return *value; }
};

DType precision_of(const char* key, const std::string& text) {
  for (const DType dtype : {DType::float32, DType::bfloat16, DType::float16})
    if (text == lemma::name(dtype)) return dtype;
  throw ValueError(key, fmt::format("'{}' is not known; expected float32, bfloat16 or float16", text));
}

// Stores the value of a field.
struct FromJson {
  const Object& object;
  const char* key;
  void operator()(int64_t* value) const { *value = object.integer(key); }
  void operator()(uint64_t* value) const { *value = object.natural(key); }
  void operator()(double* value) const { *value = object.number(key); }
  void operator()(bool* value) const { *value = object.flag(key); }
  void operator()(std::string* value) const { *value = object.text(key); }
  void operator()(DType* value) const { *value = precision_of(key, object.text(key)); }
};

// One section of the options.
Json section_json(const std::vector<Field>& fields, const std::string& section) {
  Json json = Json::object();
  for (const Field& field : fields)
    if (field.section == section) json[field.key] = std::visit(ToJson{}, field.value);
  return json;
}

void read_options(const Object& file, Options& options) {
  const Object model = file.in("model"), rules = file.in("options");
  for (const Field& field : fields(options)) {
    const Object& object = std::string(field.section) == "model" ? model : rules;
    if (!field.optional || object.has(field.key)) std::visit(FromJson{object, field.key}, field.value);
  }
}

// What a user said about the files; what is as usual is left out.
Json reading_json(const ReadOptions& reading) {
  Json said = Json::object();
  ReadOptions::each(reading, [&](const char* key, const auto& value) {
    if (value != std::decay_t<decltype(value)>{}) said[key] = value;
  });
  return said;
}

ReadOptions reading_from(const Object& said) {
  ReadOptions reading;
  ReadOptions::each(reading, [&](const char* key, auto& value) {
    if (!said.has(key)) return;
    if constexpr (std::is_same_v<decltype(value), bool&>)
      value = said.flag(key);
    else
      value = said.text(key);
  });
  return reading;
}

Json history_json(const History& h) {
  Json baselines = Json::object(), epochs = Json::array();
  for (const Baseline& b : h.baselines) baselines[b.name] = b.score;
  for (const EpochRecord& e : h.epochs) {
    Json& entry = epochs.emplace_back(Json::object(
        {{"train_loss", e.train_loss}, {"dev_loss", e.dev_loss}, {"score", e.score}, {"seconds", e.seconds}}));
    if (std::isfinite(e.lr)) entry["lr"] = e.lr;
    if (std::isfinite(e.gradient_norm)) entry["gradient_norm"] = e.gradient_norm;
  }
  return {{"train", h.train_path},
          {"dev", h.dev_path},
          {"train_size", h.train_size},
          {"dev_size", h.dev_size},
          {"baselines", baselines},
          {"best_epoch", h.best_epoch},
          {"best_score", h.best_score},
          {"complete", h.complete},
          {"device", h.device},
          {"train_near", h.train_near},
          {"dev_near", h.dev_near},
          {"reading", reading_json(h.reading.value_or(ReadOptions{}))},
          {"epochs", epochs}};
}

History history_from(const Object& f, const std::string& where) {
  History h{f.text("train"),         f.text("dev"),          f.integer("train_size"), f.integer("dev_size"), {}, {},
            f.integer("best_epoch"), f.number("best_score"), f.flag("complete")};
  if (f.has("device")) h.device = f.text("device");  // models of the first version lack it
  if (f.has("train_near")) h.train_near = f.text("train_near");
  if (f.has("dev_near")) h.dev_near = f.text("dev_near");
  if (f.has("reading")) h.reading = reading_from(f.in("reading"));
  const Json& baselines = f.at("baselines");
  const Object scores(baselines, where, "history.baselines.");
  for (const auto& [name, score] : baselines.items()) h.baselines.push_back({name, scores.number(name.c_str())});
  for (const Json& entry : f.list("epochs")) {
    const Object e(entry, where, "history.epochs.");
    h.epochs.push_back({e.number("train_loss"), e.number("dev_loss"), e.number("score"), e.number("seconds"),
                        e.has("lr") ? e.number("lr") : NAN, e.has("gradient_norm") ? e.number("gradient_norm") : NAN});
  }
  if (h.best_epoch < 0 || h.best_epoch > static_cast<int64_t>(h.epochs.size()))
    throw IoError(where,
                  fmt::format("names epoch {} of {} as the best; the file is damaged", h.best_epoch, h.epochs.size()));
  return h;
}

// The file as JSON, or discarded. What reads a value later recurses as deep as it is nested; braces within a string do
// not count.
Json parse_shallow(const std::string& text, const std::string& where) {
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepest)
      throw IoError(where, fmt::format("is nested more than {} levels deep; expected the config.json of a model "
                                       "directory",
                                       kDeepest));
    return true;
  };
  return Json::parse(text, shallow, false);
}

// The file as JSON, of the format and version that this program reads.
Json parse(const std::string& text, const std::string& where) {
  const Json json = parse_shallow(text, where);
  if (json.is_discarded()) throw IoError(where, "is not JSON; expected the config.json of a model directory");
  const Object f(json, where, "");
  if (f.text("format") != kFormat)
    throw IoError(where, fmt::format("field 'format' is '{}'; expected '{}'", f.text("format"), kFormat));
  if (f.integer("version") != kVersion)
    throw IoError(where,
                  fmt::format("is of version {}; this program reads version {}", f.integer("version"), kVersion));
  return json;
}

}  // namespace

std::optional<Glance> glance(const std::string& text) {
  try {
    const Json json = parse_shallow(text, "config.json");
    const Object file(json, "config.json", "");
    if (file.text("format") != kFormat) return std::nullopt;
    Glance seen{file.text("task")};
    if (file.has("history")) seen.complete = file.in("history").flag("complete");
    return seen;
  } catch (const IoError&) {
    return std::nullopt;
  }
}

std::string config_text(const Task& task, const Options& options, const History& history) {
  const std::unique_ptr<Options> copy = options.clone();
  const std::vector<Field> all = fields(*copy);
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"task", task.name()},
                     {"model", section_json(all, "model")},
                     {"options", section_json(all, "options")},
                     {"history", history_json(history)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string task_name(const std::string& text, const std::string& where) {
  return Object(parse(text, where), where, "").text("task");
}

ConfigFile parse_config(const std::string& text, const std::string& where, const Tasks& tasks) {
  const Json json = parse(text, where);
  const Object f(json, where, "");
  try {
    const Task& task = find(tasks, f.text("task"));
    ConfigFile file{&task, task.options(), {}};
    read_options(f, *file.options);
    file.history = history_from(f.in("history"), where);
    check(*file.options);
    return file;
  } catch (const ValueError& error) {
    throw IoError(where, error.what());
  }
}

}  // namespace lemma::train
