// Single pictures: PNG by libpng, PPM and PGM by hand, and their size.
#include <png.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/data/labelled_images.h"
#include "lemma/io/files.h"

namespace lemma::data {
namespace {

constexpr int64_t kMostPixels = int64_t{1} << 26;  // of one picture: 8192 x 8192

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw IoError(path, what + "; expected a PNG, PPM or PGM picture");
}

void check_size(const std::string& path, int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > kMostPixels / width)
    throw IoError(path, fmt::format("the picture is {} x {}; expected 1 x 1 to 8192 x 8192", height, width));
}

// Rows of interleaved colours as one plane a channel, with 255 for white.
Picture from_rows(const uint8_t* rows, int64_t channels, int64_t height, int64_t width, int64_t largest) {
  Picture picture{channels, height, width, {}};
  picture.pixels.resize(static_cast<size_t>(channels * height * width));
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t i = 0; i < height * width; ++i)
      picture.pixels[static_cast<size_t>(c * height * width + i)] =
          static_cast<uint8_t>((rows[i * channels + c] * 255 + largest / 2) / largest);
  return picture;
}

Picture read_png(const std::string& path, const std::string& bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  struct Free {
    png_image* image;
    ~Free() { png_image_free(image); }
  } const freed{&image};
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()))
    throw IoError(path, fmt::format("the PNG cannot be read: {}", image.message));
  check_size(path, image.height, image.width);
  image.flags |=
      PNG_IMAGE_FLAG_16BIT_sRGB;  // 16 bits mean what 8 do: libpng would take them for another scale of light
  const bool colour = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  image.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  std::vector<uint8_t> rows(PNG_IMAGE_SIZE(image));
  const png_color white{255, 255, 255};
  if (!png_image_finish_read(&image, &white, rows.data(), 0, nullptr))
    throw IoError(path, fmt::format("the PNG cannot be read: {}", image.message));
  return from_rows(rows.data(), colour ? 3 : 1, image.height, image.width, 255);
}

// A header of words and comments: P5 or P6, width, height, largest value; one blank; then the bytes.
Picture read_ppm(const std::string& path, const std::string& bytes) {
  size_t at = 2;
  const auto number = [&](const char* what) {
    while (at < bytes.size() && (bytes[at] == '#' || std::isspace(static_cast<unsigned char>(bytes[at])))) {
      if (bytes[at] == '#') at = std::min(bytes.find('\n', at), bytes.size() - 1);
      ++at;
    }
    int64_t value = 0;
    const auto [stop, error] = std::from_chars(bytes.data() + at, bytes.data() + bytes.size(), value);
    if (error != std::errc() || value < 1) throw IoError(path, fmt::format("the header has no {}", what));
    at = static_cast<size_t>(stop - bytes.data());
    return value;
  };
  const int64_t channels = bytes[1] == '6' ? 3 : 1, width = number("width"), height = number("height"),
                largest = number("largest value");
  check_size(path, height, width);
  if (largest > 255) throw IoError(path, fmt::format("its pixels reach {}; expected one byte each", largest));
  ++at;
  const size_t wanted = static_cast<size_t>(channels * height * width);
  if (at > bytes.size() || bytes.size() - at < wanted)
    throw IoError(
        path, fmt::format("the picture ends after {} of {} bytes", at > bytes.size() ? 0 : bytes.size() - at, wanted));
  return from_rows(reinterpret_cast<const uint8_t*>(bytes.data()) + at, channels, height, width, largest);
}

// One plane of another size: each dim by the mean of what a new pixel covers.
std::vector<double> scaled_rows(const std::vector<double>& from, int64_t rows, int64_t columns, int64_t wanted) {
  std::vector<double> to(static_cast<size_t>(wanted * columns));
  const double step = static_cast<double>(rows) / static_cast<double>(wanted);
  for (int64_t r = 0; r < wanted; ++r) {
    // Growing, a window of one pixel slides between centres; shrinking, it covers `step` pixels.
    const double centre = (static_cast<double>(r) + 0.5) * step, half = std::max(step, 1.0) / 2;
    double total = 0;
    for (auto i = static_cast<int64_t>(std::floor(centre - half)); static_cast<double>(i) < centre + half; ++i) {
      const double low = std::max(centre - half, static_cast<double>(i)),
                   high = std::min(centre + half, static_cast<double>(i + 1)), share = high - low;
      if (share <= 0) continue;
      const int64_t row = std::clamp<int64_t>(i, 0, rows - 1);
      total += share;
      for (int64_t c = 0; c < columns; ++c)
        to[static_cast<size_t>(r * columns + c)] += share * from[static_cast<size_t>(row * columns + c)];
    }
    for (int64_t c = 0; c < columns; ++c) to[static_cast<size_t>(r * columns + c)] /= total;
  }
  return to;
}

std::vector<double> turned(const std::vector<double>& from, int64_t rows, int64_t columns) {
  std::vector<double> to(from.size());
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      to[static_cast<size_t>(c * rows + r)] = from[static_cast<size_t>(r * columns + c)];
  return to;
}

}  // namespace

Picture read_picture(const std::string& path) {
  const std::string bytes = io::read_file(path);
  if (bytes.starts_with("\x89PNG")) return read_png(path, bytes);
  if (bytes.starts_with("P5") || bytes.starts_with("P6")) return read_ppm(path, bytes);
  refuse(path, bytes.empty() ? "the file is empty" : "this is another kind of file");
}

Picture resized(const Picture& picture, int64_t channels, int64_t height, int64_t width) {
  Picture result{channels, height, width, {}};
  result.pixels.reserve(static_cast<size_t>(channels * height * width));
  const auto n = static_cast<size_t>(picture.height * picture.width);
  for (int64_t c = 0; c < channels; ++c) {
    std::vector<double> plane(n);
    for (size_t i = 0; i < n; ++i) {
      const auto at = [&](size_t channel) { return static_cast<double>(picture.pixels[channel * n + i]); };
      // To grey by the weights of ITU-R BT.601; from grey by repeating it.
      plane[i] = channels < picture.channels
                     ? 0.299 * at(0) + 0.587 * at(1) + 0.114 * at(2)
                     : at(std::min(static_cast<size_t>(c), static_cast<size_t>(picture.channels - 1)));
    }
    plane = turned(scaled_rows(plane, picture.height, picture.width, height), height, picture.width);
    plane = turned(scaled_rows(plane, picture.width, height, width), width, height);
    for (const double value : plane)
      result.pixels.push_back(static_cast<uint8_t>(std::clamp(std::lround(value), 0L, 255L)));
  }
  return result;
}

}  // namespace lemma::data
