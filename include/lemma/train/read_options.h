#pragma once
/// What a user may say about files of labelled examples. They change what is read, and nothing of a model; a resumed
/// run remembers them.

#include <string>

namespace lemma::train {

struct ReadOptions {
  bool replace_invalid = false;  ///< bytes that are not UTF-8 become U+FFFD instead of an error
  bool skip_bad_lines = false;   ///< lines that do not read are left out and counted instead of an error
  bool fold_case = false;        ///< labels that differ only by case are one
  bool resize = false;           ///< pictures of another size are brought to that of the first instead of an error
  /// Columns by name, or by number from 1; empty: found by looking at the contents.
  std::string text_column = {}, label_column = {}, token_column = {}, tag_column = {};
  bool resample = false;  ///< recordings of another rate are brought to the first one's instead of refused
  bool mix = false;       ///< recordings of several channels become their mean instead of being refused

  bool operator==(const ReadOptions&) const = default;
  /// Calls visit(key in config.json, value) for each.
  template <class Self, class Visit>
  static void each(Self& options, const Visit& visit) {
    visit("replace_invalid", options.replace_invalid);
    visit("skip_bad_lines", options.skip_bad_lines);
    visit("fold_case", options.fold_case);
    visit("resize", options.resize);
    visit("text_column", options.text_column);
    visit("label_column", options.label_column);
    visit("token_column", options.token_column);
    visit("tag_column", options.tag_column);
    visit("resample", options.resample);
    visit("mix", options.mix);
  }
};

}  // namespace lemma::train
