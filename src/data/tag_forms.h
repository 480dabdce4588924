#pragma once
// The ways to write an entity tag.

#include <optional>
#include <string>
#include <string_view>

namespace lemma::data {

/// The type of entities that have none: bare B, I, O. seqeval calls it the same.
inline constexpr const char* kNameless = "_";

/// "O", or the letter of B, I, E, S, U, L or M, a dash and the type: from B-PER, b-per, B_PER, PER-B, and bare B, I, O,
/// whose type is "_". "0" is O. Nothing for anything else.
std::optional<std::string> tag_form(std::string_view tag);

/// Is it the type of a chunk, such as NP in B-NP, and not of an entity?
bool is_chunk_type(std::string_view type);

}  // namespace lemma::data
