#include "lemma/train/data_files.h"

#include "lemma/io/files.h"

namespace lemma::train {

std::vector<std::string> data_files(const std::string& path) {
  if (path.find(',') == std::string::npos || io::exists(path)) return {path};
  std::vector<std::string> files;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find(',', begin), path.size());
    files.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return files;
}

}  // namespace lemma::train
