#pragma once
/// What all pages share: one HTML document with everything in it, light or dark as the reader's system is.

#include <string>

#include <nlohmann/json.hpp>

namespace lemma::viz {

struct Page {
  std::string title;
  std::string style;    ///< CSS after the shared rules; it uses their variables, such as var(--muted)
  std::string body;     ///< HTML; what comes from people has been through escape_markup()
  nlohmann::json data;  ///< what the script finds as `data`
  std::string script;   ///< JavaScript
};

/// A document that may load nothing, from anywhere: its policy says so to the browser. The shared rules hold the
/// colours
/// (--paper, --ink, --muted, --line, --control, --strong), a visible focus, and the classes `frame` (scrolls sideways
/// and shows that it does), `hint` and `bar`; the shared script defines `byId`, `el`, `roving` and `watchFrames`.
std::string html_page(const Page& page);

}  // namespace lemma::viz
