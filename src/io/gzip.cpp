#include "lemma/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <new>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"

namespace lemma::io {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr size_t kMostAtOnce = size_t{1} << 30;  // zlib counts in 32 bits

// zlib's stream, which frees itself; a member begins with reset().
class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  void reset() { inflateReset(&stream_); }

  /// Moves `in` on and fills `out` from `filled`; returns zlib's status.
  int run(std::string_view& in, std::string& out, size_t& filled) {
    const size_t given = std::min(in.size(), kMostAtOnce), room = std::min(out.size() - filled, kMostAtOnce);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib's type from before const
    stream_.avail_in = static_cast<uInt>(given);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream_.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(given - stream_.avail_in);
    filled += room - stream_.avail_out;
    return status;
  }
  std::string reason() const { return stream_.msg ? stream_.msg : "it needs a dictionary"; }

 private:
  z_stream stream_{};
};

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gunzip(std::string_view bytes, const std::string& path, size_t max_bytes) {
  Inflater inflater;
  std::string text(std::min(std::max<size_t>(4 * bytes.size(), 1024), max_bytes + 1), '\0');
  size_t filled = 0;
  for (std::string_view rest = bytes;;) {
    const int status = inflater.run(rest, text, filled);
    if (filled > max_bytes)
      throw IoError(
          path, fmt::format("is gzipped and holds more than {} bytes of text; split it into smaller files", max_bytes));
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_STREAM_END) {
      if (rest.find_first_not_of('\0') == std::string_view::npos) break;  // tapes and disks fill up with zeros
      if (!is_gzip(rest))
        throw IoError(path, fmt::format("is gzipped, but its last {} are not; expected nothing after the gzip data",
                                        words::plural(static_cast<int64_t>(rest.size()), "byte")));
      inflater.reset();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw IoError(path, fmt::format("is gzipped and damaged near byte {} ({}); get it again, `gzip -t` checks it",
                                      bytes.size() - rest.size(), inflater.reason()));
    } else if (filled == text.size()) {
      text.resize(std::min(2 * text.size(), max_bytes + 1));
    } else if (rest.empty()) {
      throw IoError(path, fmt::format("is gzipped and ends too early, after {} of text; get it again, `gzip -t` checks "
                                      "it",
                                      words::plural(static_cast<int64_t>(filled), "byte")));
    }
  }
  text.resize(filled);
  return text;
}

std::string read_text_file(const std::string& path, size_t max_bytes) {
  std::string bytes = read_file(path, max_bytes);
  return is_gzip(bytes) ? gunzip(bytes, path, max_bytes) : bytes;
}

}  // namespace lemma::io
