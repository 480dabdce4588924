#pragma once
/// A text as it is written, in whole characters: a token may end within one.

#include <functional>
#include <string>
#include <string_view>

namespace lemma::tasks {

/// A token as people see it: bytes that are no whole character as \xe2.
std::string piece_text(const std::string& bytes);

class WholeCharacters {
 public:
  /// `tell`, where given, is told of the text piece by piece.
  explicit WholeCharacters(std::function<void(std::string_view)> tell) : tell_(std::move(tell)) {}
  void add(std::string_view bytes);
  /// The text is complete: tells what is left of it.
  void end(std::string_view whole);

 private:
  std::function<void(std::string_view)> tell_;
  std::string waiting_;  // bytes that no character ends in yet
  size_t told_ = 0;      // bytes
};

}  // namespace lemma::tasks
