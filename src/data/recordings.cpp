// WAV files, by libsndfile from memory; what it would pass over in silence is looked for first.
#include "lemma/data/recordings.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "lemma/core/error.h"
#include "lemma/core/words.h"
#include "lemma/io/files.h"

namespace lemma::data {
namespace {

constexpr int64_t kLeastRate = 1'000, kMostRate = 400'000;
constexpr float kSilence = 5e-4f;  // 16 steps of 16-bit samples: 66 dB below the loudest

// A file in memory, as libsndfile wants to see it.
struct Bytes {
  std::string bytes;
  sf_count_t at = 0;

  static sf_count_t size(void* self) { return static_cast<sf_count_t>(static_cast<Bytes*>(self)->bytes.size()); }
  static sf_count_t tell(void* self) { return static_cast<Bytes*>(self)->at; }
  static sf_count_t seek(sf_count_t offset, int whence, void* self) {
    auto& it = *static_cast<Bytes*>(self);
    const sf_count_t from = whence == SEEK_CUR ? it.at : whence == SEEK_END ? size(self) : 0;
    return it.at = std::max<sf_count_t>(0, from + offset);
  }
  static sf_count_t read(void* to, sf_count_t count, void* self) {
    auto& it = *static_cast<Bytes*>(self);
    const sf_count_t some = std::clamp<sf_count_t>(size(self) - it.at, 0, count);
    std::memcpy(to, it.bytes.data() + it.at, static_cast<size_t>(some));
    it.at += some;
    return some;
  }
  static sf_count_t write(const void* from, sf_count_t count, void* self) {
    auto& it = *static_cast<Bytes*>(self);
    const auto end = static_cast<size_t>(it.at + count);
    if (it.bytes.size() < end) it.bytes.resize(end);
    std::memcpy(it.bytes.data() + it.at, from, static_cast<size_t>(count));
    it.at += count;
    return count;
  }
};
SF_VIRTUAL_IO in_memory = {Bytes::size, Bytes::seek, Bytes::read, Bytes::write, Bytes::tell};

struct Close {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using Sound = std::unique_ptr<SNDFILE, Close>;

// "RIFF", size, "WAVE", then chunks: a name of four letters, a size, the bytes. libsndfile reads what is there of a
// chunk of samples that was cut off, so its size is compared here.
void check_chunks(const std::string& path, const std::string& bytes) {
  if (bytes.empty()) throw IoError(path, "the file is empty; expected a WAV file");
  if (!bytes.starts_with("RIFF") || (bytes.size() >= 12 && bytes.compare(8, 4, "WAVE") != 0))
    throw IoError(path, "this is another kind of file; expected a WAV file");
  constexpr uint32_t kUnknown = 0xFFFFFFFF;  // what writers to a pipe put there
  bool format = false;
  for (size_t at = 12; at + 8 <= bytes.size();) {
    const std::string name = bytes.substr(at, 4);
    uint32_t size = 0;
    for (size_t i = 0; i < 4; ++i)
      size |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + 4 + i])) << 8 * i;
    const size_t held = bytes.size() - at - 8;
    if (name == "fmt ") format = true;
    if (name == "data" && format) {
      if (held == 0 || size == 0) throw IoError(path, "it holds a header and no samples; expected a recording");
      if (size > held && size != kUnknown)
        throw IoError(path, fmt::format("its header promises {} bytes of samples, and {} follow; the file was cut off",
                                        size, held));
      return;
    }
    if (size > held) break;
    at += 8 + size + size % 2;
  }
  throw IoError(path, "it ends within its header; expected a WAV file");
}

constexpr float kLoudest = 1e6F;  // floats may be on the scale of whole numbers, and no further away

void add_note(std::vector<std::string>* notes, const std::string& note) {
  if (notes && std::find(notes->begin(), notes->end(), note) == notes->end()) notes->push_back(note);
}

std::vector<float> read_samples(const std::string& path, SNDFILE* file, const SF_INFO& info) {
  std::vector<float> all(static_cast<size_t>(info.frames) * static_cast<size_t>(info.channels));
  if (sf_readf_float(file, all.data(), info.frames) != info.frames)
    throw IoError(path, fmt::format("its samples cannot be read: {}", sf_strerror(file)));
  const auto channels = static_cast<size_t>(info.channels);
  std::vector<float> one(static_cast<size_t>(info.frames));
  for (size_t i = 0; i < one.size(); ++i) {
    float sum = 0;
    for (size_t c = 0; c < channels; ++c) sum += all[i * channels + c];
    one[i] = sum / static_cast<float>(channels);
    if (!std::isfinite(one[i])) throw IoError(path, fmt::format("sample {} is no number", i + 1));
    if (std::fabs(one[i]) > kLoudest)
      throw IoError(path, fmt::format("sample {} is {:g}; expected numbers from -1 to 1", i + 1, one[i]));
  }
  return one;
}

}  // namespace

Recording read_recording(const std::string& path, const RecordingOptions& options, std::vector<std::string>* notes) {
  Bytes bytes{io::read_file(path)};
  check_chunks(path, bytes.bytes);
  SF_INFO info{};
  const Sound file(sf_open_virtual(&in_memory, SFM_READ, &info, &bytes));
  if (!file) throw IoError(path, fmt::format("the WAV cannot be read: {}", sf_strerror(nullptr)));
  if (info.frames < 1) throw IoError(path, "it holds a header and no samples; expected a recording");
  if (info.samplerate < kLeastRate || info.samplerate > kMostRate)
    throw IoError(path, fmt::format("it has {} samples a second; expected {} to {}", words::grouped(info.samplerate),
                                    words::grouped(kLeastRate), words::grouped(kMostRate)));
  if (info.channels != 1 && !options.mix)
    throw IoError(
        path, fmt::format("it has {}; expected one (--mix takes their mean)", words::plural(info.channels, "channel")));
  const bool other_rate = options.rate != 0 && info.samplerate != options.rate;
  if (other_rate && !options.resample)
    throw IoError(path, fmt::format("it has {} samples a second; expected {} (--resample brings it to that rate)",
                                    words::grouped(info.samplerate), words::grouped(options.rate)));
  Recording recording{read_samples(path, file.get(), info), info.samplerate};
  if (info.channels != 1) add_note(notes, "recordings of several channels were mixed");
  if (other_rate) {
    recording.samples =
        resampled(recording.samples, static_cast<double>(info.samplerate) / static_cast<double>(options.rate));
    recording.rate = options.rate;
    add_note(notes,
             fmt::format("recordings of other rates were resampled to {} a second", words::grouped(options.rate)));
  }
  const auto [low, high] = std::minmax_element(recording.samples.begin(), recording.samples.end());
  if (*high - *low < 2 * kSilence) throw IoError(path, "it is silent: no sample is loud enough to be heard");
  return recording;
}

void write_recording(const std::string& path, const Recording& recording) {
  Bytes bytes;
  SF_INFO info{};
  info.samplerate = static_cast<int>(recording.rate);
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  Sound file(sf_open_virtual(&in_memory, SFM_WRITE, &info, &bytes));
  if (!file) throw IoError(path, fmt::format("the WAV cannot be written: {}", sf_strerror(nullptr)));
  sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  const auto count = static_cast<sf_count_t>(recording.samples.size());
  if (sf_writef_float(file.get(), recording.samples.data(), count) != count)
    throw IoError(path, fmt::format("the WAV cannot be written: {}", sf_strerror(file.get())));
  file.reset();  // completes the header
  io::write_file(path, bytes.bytes);
}

}  // namespace lemma::data
