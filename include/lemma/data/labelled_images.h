#pragma once
/// Labelled pictures from files as they occur in practice.
///
/// Read: IDX (the images, their labels beside them: "images-idx3" becomes "labels-idx1" in the name), CSV whose last
/// column is the label and whose others are the pixels row by row, and directories with a folder of PNG, PPM or PGM
/// pictures for each class. The first two may be gzipped.

#include <cstdint>
#include <string>
#include <vector>

namespace lemma::data {

/// One picture: pixels (C, H, W), C is 1 or 3, from 0 (black) to 255.
struct Picture {
  int64_t channels = 1, height = 0, width = 0;
  std::vector<uint8_t> pixels;
};

/// Pictures of one size.
struct LabelledImages {
  std::string path;
  std::string format;  ///< such as "IDX, 28 x 28"
  int64_t channels = 1, height = 0, width = 0;
  int64_t largest = 255;                ///< what stands for white: 255, or in a CSV of few levels the largest pixel
  std::vector<uint8_t> pixels;          ///< (N, C, H, W)
  std::vector<int64_t> labels;          ///< (N), indices into names
  std::vector<std::string> names = {};  ///< numbers by value, then the rest by bytes
  std::vector<int64_t> counts = {};     ///< pictures per class
  std::vector<std::string> notes = {};  ///< what was resized or left out, in words
  int64_t size() const { return static_cast<int64_t>(labels.size()); }
  int64_t picture_size() const { return channels * height * width; }
};

struct LabelledImageOptions {
  std::vector<std::string> names = {};  ///< the classes of the training data: fixes their order; any other is an error
  int64_t channels = 0, height = 0, width = 0;  ///< what every picture must have; 0: as the first one
  int64_t largest = 0;                          ///< what stands for white in a CSV; 0: found by looking
  bool resize = false;                          ///< pictures of another size are brought to it instead of refused
};

/// Throws IoError naming the file, and the line or the picture, for one that is damaged, ends too early or holds only
/// its header, for a picture of another size (with the option that helps), for fewer than two classes and for a class
/// of one picture.
LabelledImages read_labelled_images(const std::string& path, const LabelledImageOptions& options = {});

/// The file of labels beside an IDX file of images; "" for any other file, or where there is none.
std::string labels_beside(const std::string& path);

/// A PNG, PPM or PGM picture; what is transparent in it becomes white. Throws IoError naming `path`.
Picture read_picture(const std::string& path);
/// The picture in `channels` channels and of another size; each new pixel is the mean of those that it covers, or lies
/// on a straight line between them.
Picture resized(const Picture& picture, int64_t channels, int64_t height, int64_t width);

}  // namespace lemma::data
