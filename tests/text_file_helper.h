#pragma once
// Broken and whole files for the readers: each is written, read, and what comes out is compared.

#include <fstream>
#include <string>
#include <string_view>

#include "lemma/core/error.h"
#include "temp_dir.h"

/// Writes bytes as they are.
inline std::string write_text(const TempDir& dir, const std::string& name, std::string_view contents) {
  const std::string path = dir / name;
  std::ofstream(path, std::ios::binary) << contents;
  return path;
}

/// The error of reading `contents` as file "f", with the path of the temporary directory taken out of it.
template <class Read>
std::string refusal(std::string_view contents, Read&& read) {
  const TempDir dir;
  const std::string path = write_text(dir, "f", contents);
  std::string message = error_of<lemma::IoError>([&] { read(path); });
  for (size_t at; (at = message.find(dir.path + "/")) != std::string::npos;) message.erase(at, dir.path.size() + 1);
  return message;
}
