#pragma once
/// What the page and the terminal share.

#include "lemma/viz/attention_page.h"

namespace lemma::viz {

/// Throws ValueError naming `where` unless every head is queries x keys.
void check_attention(const char* where, const AttentionPage& page);
inline const std::vector<std::string>& keys_of(const AttentionPage& page) {
  return page.keys.empty() ? page.tokens : page.keys;
}

extern const char* const kAttentionStyle;
extern const char* const kAttentionBody;
extern const char* const kAttentionScript;

}  // namespace lemma::viz
