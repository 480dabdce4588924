#pragma once
/// A sound, and when each word was heard in it: as a page that opens anywhere, and on a terminal.

#include <string>
#include <vector>

namespace lemma::viz {

/// A word, and when it begins and ends.
struct HeardWord {
  std::string text;
  double begin = 0, end = 0;  ///< seconds
  /// How much the network looked at each moment of the sound when it wrote the word, evenly over the whole; empty: not
  /// known.
  std::vector<double> looks = {};
};

struct SoundPage {
  std::string title = {};
  std::string summary = {};                        ///< a sentence above the picture, such as what was heard
  double seconds = 0;                              ///< of the whole sound
  std::vector<std::vector<double>> loudness = {};  ///< [frame][band]: decibels, from low bands to high ones
  double low_hertz = 0, high_hertz = 0;            ///< where the bands begin and end
  std::vector<HeardWord> words = {};               ///< in order
};

/// One HTML document with everything in it (no network): the spectrogram in viridis, time to the right and frequency
/// upwards; below it each word where it was heard, and what was looked at for it; a table of words and times. Throws
/// ValueError for ragged frames, and for none.
std::string sound_html(const SoundPage& page);

/// The same in lines of at most `columns` (0: 80): a character for each part of the spectrogram, that darkens with its
/// loudness or is coloured, a line of seconds, and the words below where they were heard. `plain`: ASCII alone. Throws
/// as above.
std::string sound_text(const SoundPage& page, int columns = 0, bool colour = false, bool plain = false);

}  // namespace lemma::viz
