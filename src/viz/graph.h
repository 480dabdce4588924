#pragma once
/// The graph page's style, body and script.

namespace lemma::viz {

extern const char* const kGraphStyle;
extern const char* const kGraphBody;
extern const char* const kGraphScript;

}  // namespace lemma::viz
