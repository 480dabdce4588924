// A byte-pair vocabulary as the tokenizer.json of Hugging Face's `tokenizers`, and back where that file says the same.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/text/bpe.h"
#include "lemma/text/utf8.h"
#include "text/byte_letters.h"

namespace lemma::text {

namespace {

using Json = nlohmann::ordered_json;
constexpr int kDeepest = 32;  // levels; a real file has six

std::string utf8(char32_t letter) {  // below U+0800
  if (letter < 0x80) return {static_cast<char>(letter)};
  return {static_cast<char>(0xC0 | letter >> 6), static_cast<char>(0x80 | (letter & 0x3F))};
}

std::string to_letters(std::string_view bytes) {
  static const auto letters = byte_letters();
  std::string text;
  for (const char c : bytes) text += utf8(letters[static_cast<unsigned char>(c)]);
  return text;
}

// The bytes behind a token of the file; throws where a letter stands for none.
std::string to_bytes(const std::string& token, const std::string& where) {
  static const std::map<char32_t, char> bytes = [] {
    std::map<char32_t, char> result;
    const auto letters = byte_letters();
    for (unsigned byte = 0; byte < 256; ++byte) result[letters[byte]] = static_cast<char>(byte);
    return result;
  }();
  std::string text;
  for (size_t at = 0; at < token.size();) {
    const CodePoint c = code_point_at(token, at);
    const auto found = bytes.find(c.value);
    if (found == bytes.end())
      throw IoError(where, fmt::format("token {} is not written in bytes; expected the vocabulary of a ByteLevel BPE",
                                       words::quote(token)));
    text += found->second;
    at += c.length;
  }
  return text;
}

Json parse(std::string_view text, const std::string& where) {
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepest) throw IoError(where, "is nested too deeply to be a tokenizer.json");
    return true;
  };
  try {
    return Json::parse(text, shallow);
  } catch (const Json::parse_error& error) {
    throw IoError(where, fmt::format("is not JSON (byte {}); expected a tokenizer.json", error.byte));
  }
}

const Json& field(const Json& object, const char* key, const std::string& where) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end())
    throw IoError(where, fmt::format("has no field '{}'; expected a tokenizer.json", key));
  return *found;
}

// What the file may say besides the model: nothing that changes text, and the cut that pieces() makes.
void check_kind(const Json& file, const std::string& where) {
  const Json& type = field(field(file, "model", where), "type", where);
  if (type != "BPE")
    throw IoError(where, fmt::format("is a tokenizer of the kind {}; expected \"BPE\"", type.dump().substr(0, 40)));
  if (const auto found = file.find("normalizer"); found != file.end() && !found->is_null())
    throw IoError(where, "changes text before it is cut (its 'normalizer'), which Lemma does not do");
  const Json& cut = field(file, "pre_tokenizer", where);
  const bool byte_level = cut.is_object() && cut.value("type", "") == "ByteLevel" && cut.value("use_regex", true) &&
                          !cut.value("add_prefix_space", false);
  if (!byte_level)
    throw IoError(where,
                  "cuts text in another way than GPT-2; expected the pre_tokenizer ByteLevel without a space in front");
}

}  // namespace

std::string Bpe::to_json() const {
  Json added = Json::array(), vocabulary = Json::object(), merges = Json::array();
  for (size_t i = 0; i < special_.size(); ++i)
    added.push_back({{"id", special_ids_[i]},
                     {"content", special_[i]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  const auto name = [&](int64_t id) {
    const bool named = std::find(special_ids_.begin(), special_ids_.end(), id) != special_ids_.end();
    const std::string& token = tokens_[static_cast<size_t>(id)];
    return named ? token : to_letters(token);
  };
  for (int64_t id = 0; id < size(); ++id) vocabulary[name(id)] = id;
  for (const auto& [left, right] : merges_) merges.push_back(name(left) + " " + name(right));
  const Json cut = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  const Json file = {{"version", "1.0"},
                     {"truncation", nullptr},
                     {"padding", nullptr},
                     {"added_tokens", added},
                     {"normalizer", nullptr},
                     {"pre_tokenizer", cut},
                     {"post_processor", nullptr},
                     {"decoder", cut},
                     {"model",
                      {{"type", "BPE"},
                       {"dropout", nullptr},
                       {"unk_token", nullptr},
                       {"continuing_subword_prefix", nullptr},
                       {"end_of_word_suffix", nullptr},
                       {"fuse_unk", false},
                       {"byte_fallback", false},
                       {"vocab", vocabulary},
                       {"merges", merges}}}};
  return file.dump(2) + "\n";
}

// What a file says, once it is known to be of the kind.
struct BpeFile {
  static Bpe open(const Json& file, const std::string& where);
};

Bpe BpeFile::open(const Json& file, const std::string& where) {
  check_kind(file, where);
  const Json &model = file["model"], &vocabulary = field(model, "vocab", where);
  std::map<int64_t, std::string> named;  // special and added tokens stand as they are
  if (const auto added = file.find("added_tokens"); added != file.end())
    for (const Json& token : *added)
      named[field(token, "id", where).get<int64_t>()] = field(token, "content", where).get<std::string>();
  std::map<int64_t, std::string> by_id;
  for (const auto& [token, id] : vocabulary.items()) by_id[id.get<int64_t>()] = token;
  for (const auto& [id, token] : named) by_id[id] = token;

  Bpe bpe;
  bpe.bytes_.fill(-1);
  std::unordered_map<std::string, int64_t> ids;  // by the file's spelling
  for (const auto& [id, token] : by_id) {
    if (id != bpe.size())
      throw IoError(where, fmt::format("has no token {}, but one {}; ids count from 0 without gaps", bpe.size(), id));
    ids[token] = id;
    if (named.contains(id)) {
      bpe.special_.push_back(token);
      bpe.special_ids_.push_back(id);
      bpe.add(token);
      continue;
    }
    std::string bytes = to_bytes(token, where);
    if (bytes.size() == 1) bpe.bytes_[static_cast<unsigned char>(bytes[0])] = id;
    bpe.add(std::move(bytes));
  }
  for (const Json& merge : field(model, "merges", where)) {
    std::string left, right;
    if (merge.is_array() && merge.size() == 2) {
      left = merge[0].get<std::string>(), right = merge[1].get<std::string>();
    } else if (const std::string pair = merge.is_string() ? merge.get<std::string>() : ""; !pair.empty()) {
      const size_t blank = pair.find(' ', 1);
      left = pair.substr(0, blank), right = blank == std::string::npos ? "" : pair.substr(blank + 1);
    }
    if (!ids.contains(left) || !ids.contains(right) || !ids.contains(left + right))
      throw IoError(where, fmt::format("joins {} into a token that its vocabulary lacks", merge.dump().substr(0, 60)));
    bpe.join(ids[left], ids[right], ids[left + right]);
  }
  return bpe;
}

Bpe Bpe::from_json(std::string_view text, const std::string& where) {
  const Json file = parse(text, where);
  try {
    return BpeFile::open(file, where);
  } catch (const Json::exception&) {  // a number where a text should be, and the like
    throw IoError(where, "is JSON, but not the fields of a tokenizer.json");
  }
}

}  // namespace lemma::text
