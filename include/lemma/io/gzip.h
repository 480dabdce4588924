#pragma once
/// Text files that may be gzipped (RFC 1952): the contents decide, not the name.

#include <cstddef>
#include <string>
#include <string_view>

namespace lemma::io {

/// Whether bytes begin as gzip's do, with 1f 8b. No UTF-8 text does: 8b alone is no character.
bool is_gzip(std::string_view bytes);

/// What gzipped bytes hold; several members, as `cat a.gz b.gz` makes, are read one after the other. Throws IoError
/// naming `path` for data that are damaged or end too early, and for more than `max_bytes` of text, whatever the size
/// of the file: a few of its bytes may stand for a million.
std::string gunzip(std::string_view bytes, const std::string& path, size_t max_bytes = size_t{1} << 30);

/// read_file(), decompressed where the file is gzipped; `max_bytes` holds for the file and for its text.
std::string read_text_file(const std::string& path, size_t max_bytes = size_t{1} << 30);

}  // namespace lemma::io
