// Sets of pictures: IDX, CSV and directories, told apart by looking.
#include "lemma/data/labelled_images.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/data/labelled_texts.h"
#include "lemma/data/text_file.h"
#include "lemma/io/files.h"
#include "lemma/io/gzip.h"

namespace lemma::data {
namespace {
namespace fs = std::filesystem;

// What a reader finds: pictures one after the other, each with the name of its class.
struct Found {
  LabelledImages images;
  std::vector<std::string> classes;  // of each picture
};

std::string size_text(int64_t channels, int64_t height, int64_t width) {
  return fmt::format("{} x {}{}", height, width, channels == 3 ? ", in colour" : "");
}

// The first picture, or the options, decide how large all are.
void expect(LabelledImages& images, const LabelledImageOptions& options, int64_t channels, int64_t height,
            int64_t width) {
  if (images.height != 0) return;
  images.channels = options.channels > 0 ? options.channels : channels;
  images.height = options.height > 0 ? options.height : height;
  images.width = options.width > 0 ? options.width : width;
}

void add(Found& found, const LabelledImageOptions& options, const std::string& where, Picture picture,
         std::string name) {
  LabelledImages& images = found.images;
  expect(images, options, picture.channels, picture.height, picture.width);
  const bool fits =
      picture.channels == images.channels && picture.height == images.height && picture.width == images.width;
  if (!fits && !options.resize)
    throw IoError(where, fmt::format("the picture is {}; expected {} as the others (--resize brings all to one size)",
                                     size_text(picture.channels, picture.height, picture.width),
                                     size_text(images.channels, images.height, images.width)));
  if (!fits) {
    picture = resized(picture, images.channels, images.height, images.width);
    if (images.notes.empty()) images.notes.emplace_back("pictures of other sizes were resized");
  }
  images.pixels.insert(images.pixels.end(), picture.pixels.begin(), picture.pixels.end());
  found.classes.push_back(std::move(name));
}

// ---- IDX: a magic number, the dims and the bytes, all of them big-endian ----

bool is_idx(const std::string& bytes) { return bytes.size() >= 4 && bytes.starts_with(std::string("\0\0", 2)); }

// The dims of an IDX file of bytes; what follows the header is the data.
std::vector<int64_t> idx_dims(const std::string& path, const std::string& bytes, size_t wanted) {
  const auto byte = [&](size_t i) { return static_cast<int64_t>(static_cast<unsigned char>(bytes[i])); };
  if (!is_idx(bytes)) throw IoError(path, "this is no IDX file: it does not begin with two zero bytes");
  if (byte(2) != 8) throw IoError(path, fmt::format("its numbers are of kind {:#04x}; expected bytes, 0x08", byte(2)));
  if (byte(3) != static_cast<int64_t>(wanted))
    throw IoError(path, fmt::format("it has {} dims; expected {}: {}", byte(3), wanted,
                                    wanted == 3 ? "pictures, rows, columns" : "labels"));
  if (bytes.size() < 4 + 4 * wanted) throw IoError(path, "it ends within its header");
  std::vector<int64_t> dims;
  int64_t total = 1;
  for (size_t d = 0; d < wanted; ++d) {
    const size_t at = 4 + 4 * d;
    dims.push_back(byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3));
    total = dims[d] == 0 ? 0 : total > (int64_t{1} << 40) / dims[d] ? int64_t{1} << 40 : total * dims[d];
  }
  const auto held = static_cast<int64_t>(bytes.size() - 4 - 4 * wanted);
  if (total == 0) throw IoError(path, "it holds nothing but a header");
  if (held != total) throw IoError(path, fmt::format("its header promises {} bytes, and {} follow", total, held));
  return dims;
}

// "t10k-images-idx3-ubyte.gz" -> "t10k-labels-idx1-ubyte.gz".
std::string labels_name(const std::string& path) {
  std::string name = fs::path(path).filename().string();
  const auto replace = [&name](const std::string& from, const std::string& to) {
    if (const size_t at = name.rfind(from); at != std::string::npos) name.replace(at, from.size(), to);
  };
  replace("images", "labels");
  replace("idx3", "idx1");
  return (fs::path(path).parent_path() / name).string();
}

Found read_idx(const std::string& path, const std::string& bytes, const LabelledImageOptions& options) {
  const std::vector<int64_t> dims = idx_dims(path, bytes, 3);
  const std::string labels_path = labels_beside(path);
  if (labels_path.empty())
    throw IoError(path, fmt::format("its labels are not beside it; expected {}", words::quote(labels_name(path))));
  const std::string labels = io::read_text_file(labels_path);
  const std::vector<int64_t> count = idx_dims(labels_path, labels, 1);
  if (count[0] != dims[0])
    throw IoError(path, fmt::format("it has {} and {} has {}", words::plural(dims[0], "picture"), labels_path,
                                    words::plural(count[0], "label")));
  Found found;
  found.images.format = fmt::format("IDX, {} x {}", dims[1], dims[2]);
  const auto size = static_cast<size_t>(dims[1] * dims[2]);
  for (int64_t n = 0; n < dims[0]; ++n) {
    const auto* first = reinterpret_cast<const uint8_t*>(bytes.data()) + 16 + static_cast<size_t>(n) * size;
    add(found, options, fmt::format("{}, picture {}", path, n + 1), {1, dims[1], dims[2], {first, first + size}},
        std::to_string(static_cast<unsigned char>(labels[8 + static_cast<size_t>(n)])));
  }
  return found;
}

// ---- CSV: pixels, then the label ----

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (size_t at = 0; at <= line.size();) {
    const size_t comma = std::min(line.find(',', at), line.size());
    std::string_view column = line.substr(at, comma - at);
    while (!column.empty() && column.front() == ' ') column.remove_prefix(1);
    while (!column.empty() && column.back() == ' ') column.remove_suffix(1);
    columns.push_back(column);
    at = comma + 1;
  }
  return columns;
}

bool is_pixel(std::string_view text, int64_t& value) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size() && value >= 0 && value <= 255;
}

Found read_csv(const std::string& path, const LabelledImageOptions& options) {
  const TextFile file(path);
  Found found;
  int64_t largest = 0, side = 0;
  size_t width = 0;
  for (const Line& line : file.lines()) {
    if (is_blank(line.text)) continue;
    const std::vector<std::string_view> columns = columns_of(line.text);
    int64_t value = 0;
    if (width == 0 && columns.size() > 1 && !is_pixel(columns[0], value)) {  // a header
      width = columns.size();
      continue;
    }
    if (width == 0 || found.classes.empty()) width = columns.size();
    if (columns.size() != width)
      throw IoError(file.at(line.number), fmt::format("it has {} columns and the first row {}", columns.size(), width));
    side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(width - 1))));
    const auto pixels = static_cast<int64_t>(width - 1);
    const int64_t height = options.height * options.width == pixels && pixels > 0 ? options.height : side;
    const int64_t across = pixels / std::max<int64_t>(height, 1);
    if (height < 1 || height * across != pixels)
      throw IoError(file.at(line.number),
                    fmt::format("{} pixels are no square; expected the pixels of a picture, row by row, then the label",
                                width - 1));
    Picture picture{1, height, across, {}};
    for (size_t i = 0; i + 1 < width; ++i) {
      if (!is_pixel(columns[i], value))
        throw IoError(file.at(line.number),
                      fmt::format("column {} is {}; expected a pixel, a whole number from 0 to 255", i + 1,
                                  words::quote(columns[i])));
      largest = std::max(largest, value);
      picture.pixels.push_back(static_cast<uint8_t>(value));
    }
    if (columns.back().empty()) throw IoError(file.at(line.number), "the last column, the label, is empty");
    add(found, options, file.at(line.number), std::move(picture), std::string(columns.back()));
  }
  if (found.classes.empty()) throw IoError(path, "it has a header and no rows");
  const int64_t white = options.largest > 0 ? options.largest : largest < 128 ? std::max<int64_t>(largest, 1) : 255;
  if (largest > white)
    throw IoError(path, fmt::format("its pixels reach {}; those of the training data reach {}", largest, white));
  found.images.largest = white;
  found.images.format = fmt::format("CSV, {} x {}, pixels to {}", found.images.height, found.images.width, largest);
  return found;
}

// ---- A directory: a folder of pictures for each class ----

Found read_directory(const std::string& path, const LabelledImageOptions& options) {
  std::map<std::string, std::vector<std::string>> classes;  // in the order of their bytes, on every machine
  try {
    for (const fs::directory_entry& folder : fs::directory_iterator(path)) {
      const std::string name = folder.path().filename().string();
      if (!folder.is_directory() || name.starts_with('.')) continue;
      for (const fs::directory_entry& file : fs::directory_iterator(folder))
        if (file.is_regular_file() && !file.path().filename().string().starts_with('.'))
          classes[name].push_back(file.path().string());
    }
  } catch (const fs::filesystem_error& error) {
    throw IoError(path, fmt::format("cannot be listed: {}", error.code().message()));
  }
  if (classes.empty()) throw IoError(path, "it has no folders with pictures; expected one for each class");
  Found found;
  for (auto& [name, files] : classes) {
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) add(found, options, file, read_picture(file), name);
  }
  found.images.format = fmt::format("{}, {}", words::plural(static_cast<int64_t>(classes.size()), "folder"),
                                    size_text(found.images.channels, found.images.height, found.images.width));
  return found;
}

// Names become numbers; a class must be known, and have two pictures to learn from.
LabelledImages numbered(const std::string& path, Found found, const LabelledImageOptions& options) {
  LabelledImages& images = found.images;
  images.path = path;
  images.names = options.names.empty() ? ordered_labels(found.classes) : options.names;
  images.counts.assign(images.names.size(), 0);
  std::map<std::string, int64_t> numbers;
  for (size_t i = 0; i < images.names.size(); ++i) numbers[images.names[i]] = static_cast<int64_t>(i);
  for (const std::string& name : found.classes) {
    const auto at = numbers.find(name);
    if (at == numbers.end())
      throw IoError(path, fmt::format("the class {} does not occur in the training data, which has {}",
                                      words::quote(name), fmt::join(images.names, ", ")));
    images.labels.push_back(at->second);
    ++images.counts[static_cast<size_t>(at->second)];
  }
  if (!options.names.empty()) return std::move(images);
  if (images.names.size() < 2)
    throw IoError(path, fmt::format("all pictures are of the class {}; expected two classes or more",
                                    words::quote(images.names[0])));
  for (size_t i = 0; i < images.names.size(); ++i)
    if (images.counts[i] < 2)
      throw IoError(path, fmt::format("the class {} has one picture; expected two or more of each",
                                      words::quote(images.names[i])));
  return std::move(images);
}

}  // namespace

std::string labels_beside(const std::string& path) {
  const std::string best = labels_name(path);
  if (best == path) return "";
  const std::string other = best.ends_with(".gz") ? best.substr(0, best.size() - 3) : best + ".gz";  // gzipped or not
  return io::exists(best) ? best : io::exists(other) ? other : "";
}

LabelledImages read_labelled_images(const std::string& path, const LabelledImageOptions& options) {
  if (io::is_directory(path)) return numbered(path, read_directory(path, options), options);
  const std::string bytes = io::read_text_file(path);
  if (bytes.empty()) throw IoError(path, "the file is empty; expected IDX or CSV, or a directory");
  return numbered(path, is_idx(bytes) ? read_idx(path, bytes, options) : read_csv(path, options), options);
}

}  // namespace lemma::data
