#include "tasks/lm/codec.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/text/bpe.h"
#include "lemma/text/utf8.h"

namespace lemma::tasks {
namespace {

using Json = nlohmann::json;

// Id 0 is <unk>: characters seen once stand for those never seen, which are about as frequent (Good and Turing).
class Characters : public Codec {
 public:
  explicit Characters(std::vector<std::string> characters) : characters_(std::move(characters)) {
    for (size_t i = 0; i < characters_.size(); ++i) ids_[characters_[i]] = static_cast<int64_t>(i) + 1;
  }
  static std::unique_ptr<Codec> learn(std::string_view text) {
    std::map<std::string, int64_t> counts;
    each(text, [&](std::string_view character) { ++counts[std::string(character)]; });
    std::vector<std::string> known;
    for (const auto& [character, count] : counts)
      if (count > 1) known.push_back(character);
    return std::make_unique<Characters>(std::move(known));
  }
  int64_t size() const override { return static_cast<int64_t>(characters_.size()) + 1; }
  int64_t unknown() const override { return 0; }
  std::vector<int64_t> encode(std::string_view text) const override {
    std::vector<int64_t> ids;
    each(text, [&](std::string_view character) {
      const auto found = ids_.find(std::string(character));
      ids.push_back(found == ids_.end() ? unknown() : found->second);
    });
    return ids;
  }
  std::string decode(std::span<const int64_t> ids) const override {
    std::string text;
    for (const int64_t id : ids) text += id == unknown() ? "\uFFFD" : characters_.at(static_cast<size_t>(id) - 1);
    return text;
  }
  std::string json() const override { return Json{{"type", "char"}, {"characters", characters_}}.dump(1) + "\n"; }
  std::string told() const override {
    return words::plural(static_cast<int64_t>(characters_.size()), "character") + " seen twice or more";
  }

 private:
  template <class Visit>
  static void each(std::string_view text, const Visit& visit) {
    for (size_t at = 0; at < text.size();) {
      const size_t length = text::code_point_at(text, at).length;
      visit(text.substr(at, length));
      at += length;
    }
  }
  std::vector<std::string> characters_;
  std::unordered_map<std::string, int64_t> ids_;
};

class Bytes : public Codec {
 public:
  int64_t size() const override { return 256; }
  std::vector<int64_t> encode(std::string_view text) const override {
    std::vector<int64_t> ids;
    for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }
  std::string decode(std::span<const int64_t> ids) const override {
    std::string text;
    for (const int64_t id : ids) text += static_cast<char>(id);
    return text;
  }
  std::string json() const override { return Json{{"type", "byte"}}.dump(1) + "\n"; }
  std::string told() const override { return "the 256 bytes"; }
};

class BytePairs : public Codec {
 public:
  explicit BytePairs(text::Bpe bpe) : bpe_(std::move(bpe)) {}
  int64_t size() const override { return bpe_.size(); }
  std::vector<int64_t> encode(std::string_view text) const override { return bpe_.encode(text); }
  std::string decode(std::span<const int64_t> ids) const override { return bpe_.decode(ids); }
  std::string json() const override { return bpe_.to_json(); }
  std::string told() const override { return words::plural(size(), "byte-pair token"); }

 private:
  text::Bpe bpe_;
};

std::unique_ptr<Codec> open_characters(const Json& file, const std::string& where) {
  if (!file.contains("characters") || !file["characters"].is_array())
    throw IoError(where, "has no list 'characters'; expected the tokenizer.json of a character model");
  std::vector<std::string> characters;
  for (const Json& each : file["characters"]) {
    const auto* character = each.get_ptr<const std::string*>();
    if (!character || text::count_code_points(*character) != 1 || text::find_bad_byte(*character))
      throw IoError(where, fmt::format("entry {} of 'characters' is no character", characters.size() + 1));
    if (!characters.empty() && *character <= characters.back())
      throw IoError(where, fmt::format("entry {} of 'characters' is not in order", characters.size() + 1));
    characters.push_back(*character);
  }
  if (characters.empty()) throw IoError(where, "lists no character; expected the tokenizer.json of a character model");
  return std::make_unique<Characters>(std::move(characters));
}

}  // namespace

std::unique_ptr<Codec> Codec::build(const std::string& kind, std::string_view text, int64_t vocabulary) {
  if (kind == "byte") return std::make_unique<Bytes>();
  if (kind == "bpe") return std::make_unique<BytePairs>(text::Bpe::train(text, {.size = vocabulary}));
  return Characters::learn(text);
}

std::unique_ptr<Codec> Codec::open(const std::string& kind, std::string_view json, const std::string& where) {
  if (kind == "bpe") return std::make_unique<BytePairs>(text::Bpe::from_json(json, where));
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > 4) throw IoError(where, "is nested too deeply to be a tokenizer.json of this kind");
    return true;
  };
  const Json file = Json::parse(json, shallow, false);
  if (!file.is_object() || !file.contains("type") || file["type"] != kind)
    throw IoError(where, fmt::format("is no tokenizer.json of type '{}', which config.json asks for", kind));
  if (kind == "byte") return std::make_unique<Bytes>();
  return open_characters(file, where);
}

int64_t Codec::start() const {
  for (const char* before : {"\n", " "})
    if (const auto ids = encode(before); ids.size() == 1 && ids[0] != unknown()) return ids[0];
  return 0;
}

double unknown_cost(int64_t known) { return std::log(static_cast<double>(0x110000 - 0x800 - known)); }

int64_t count_characters(std::string_view text) { return static_cast<int64_t>(text::count_code_points(text)); }

}  // namespace lemma::tasks
