#pragma once
/// What --train and --dev name: a file, or several that belong together, "SOURCE,TARGET".

#include <string>
#include <vector>

namespace lemma::train {

/// {path} where it has no comma or is there under that name; else what stands between the commas.
std::vector<std::string> data_files(const std::string& path);

}  // namespace lemma::train
