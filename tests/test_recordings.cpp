// WAV files: what is read, what is refused and in which words; other rates and channels; noise and masks.
#include "lemma/data/recordings.h"

#include <sndfile.h>

#include <cmath>
#include <numbers>

#include "lemma/data/labelled_recordings.h"
#include "lemma/data/sound_augmentation.h"
#include "lemma/io/files.h"
#include "lemma/lemma.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;

namespace {

std::vector<float> tone(double hertz, int64_t rate, int64_t count, double height = 0.5) {
  std::vector<float> samples;
  for (int64_t i = 0; i < count; ++i)
    samples.push_back(static_cast<float>(
        height * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / static_cast<double>(rate))));
  return samples;
}

void write(const std::string& path, const std::vector<float>& interleaved, int channels, int rate, int format) {
  SF_INFO info{};
  info.samplerate = rate, info.channels = channels, info.format = format;
  SNDFILE* const file = sf_open(path.c_str(), SFM_WRITE, &info);
  REQUIRE(file);
  sf_write_float(file, interleaved.data(), static_cast<sf_count_t>(interleaved.size()));
  sf_close(file);
}

std::string refused(const std::string& path, const data::RecordingOptions& options = {}) {
  return error_of<IoError>([&] { data::read_recording(path, options); });
}

}  // namespace

TEST_CASE("a WAV file of whole numbers or floats is read, and written back") {
  const TempDir dir;
  const std::vector<float> samples = tone(440, 8000, 800);
  data::write_recording(dir / "a.wav", {samples, 8000});
  const data::Recording read = data::read_recording(dir / "a.wav");
  CHECK(read.rate == 8000);
  CHECK(read.seconds() == 0.1);
  REQUIRE(read.samples.size() == 800);
  for (size_t i = 0; i < samples.size(); ++i) CHECK(std::fabs(read.samples[i] - samples[i]) <= 1.0f / 32768);
  for (const int format : {SF_FORMAT_PCM_24, SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE, SF_FORMAT_PCM_U8}) {
    write(dir / "b.wav", samples, 1, 8000, SF_FORMAT_WAV | format);
    const std::vector<float> other = data::read_recording(dir / "b.wav").samples;
    REQUIRE(other.size() == 800);
    for (size_t i = 0; i < samples.size(); ++i) CHECK(std::fabs(other[i] - samples[i]) <= 1.0f / 64);
  }
  data::write_recording(dir / "loud.wav", {{2, -2, 0, 0.5}, 8000});  // clipped, not wrapped around
  CHECK(data::read_recording(dir / "loud.wav").samples[0] > 0.99f);
  CHECK(data::read_recording(dir / "loud.wav").samples[1] < -0.99f);
}

TEST_CASE("what is no recording is refused in one sentence") {
  const TempDir dir;
  const std::string path = dir / "a.wav";
  data::write_recording(path, {tone(440, 8000, 800), 8000});
  const std::string whole = io::read_file(path);
  REQUIRE(whole.size() == 44 + 1600);
  const auto with = [&](const std::string& bytes) {
    io::write_file(path, bytes);
    return refused(path);
  };
  const std::string at = "[" + path + "] ";
  CHECK(with("") == at + "the file is empty; expected a WAV file");
  CHECK(with("fLaC and more of it") == at + "this is another kind of file; expected a WAV file");
  CHECK(with(whole.substr(0, 30)) == at + "it ends within its header; expected a WAV file");
  CHECK(with(whole.substr(0, 44)) == at + "it holds a header and no samples; expected a recording");
  CHECK(with(whole.substr(0, 1000)) ==
        at + "its header promises 1600 bytes of samples, and 956 follow; the file was cut off");
  for (size_t size = 0; size < whole.size(); size += size < 60 ? 1 : 97) {
    CAPTURE(size);
    CHECK(with(whole.substr(0, size)) != "no exception");
  }
  CHECK(with(whole) == "no exception");
  data::write_recording(path, {std::vector<float>(800, 0.0f), 8000});
  CHECK(refused(path) == at + "it is silent: no sample is loud enough to be heard");
  data::write_recording(path, {tone(440, 8000, 800, 1e-4), 8000});
  CHECK(refused(path) == at + "it is silent: no sample is loud enough to be heard");
  std::vector<float> broken = tone(440, 8000, 800);
  broken[7] = NAN;
  write(path, broken, 1, 8000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  CHECK(refused(path) == at + "sample 8 is no number");
  broken[7] = 1e30F;
  write(path, broken, 1, 8000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  CHECK(refused(path) == at + "sample 8 is 1e+30; expected numbers from -1 to 1");
  write(path, tone(100, 500, 800), 1, 500, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  CHECK(refused(path) == at + "it has 500 samples a second; expected 1,000 to 400,000");
}

TEST_CASE("another rate and two channels are refused, or changed when asked, and said") {
  const TempDir dir;
  const std::string path = dir / "a.wav";
  const std::vector<float> left = tone(300, 16000, 3200);
  std::vector<float> both;
  for (const float sample : left) both.push_back(sample), both.push_back(0);
  write(path, both, 2, 16000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  CHECK(refused(path) == "[" + path + "] it has 2 channels; expected one (--mix takes their mean)");
  CHECK(refused(path, {.rate = 8000, .mix = true}) ==
        "[" + path + "] it has 16,000 samples a second; expected 8,000 (--resample brings it to that rate)");
  std::vector<std::string> notes;
  const data::Recording read = data::read_recording(path, {.rate = 8000, .resample = true, .mix = true}, &notes);
  CHECK(notes == std::vector<std::string>{"recordings of several channels were mixed",
                                          "recordings of other rates were resampled to 8,000 a second"});
  CHECK(read.rate == 8000);
  REQUIRE(read.samples.size() == 1600);
  const std::vector<float> expected = tone(300, 8000, 1600, 0.25);  // the mean of a tone and silence
  for (size_t i = 100; i < 1500; ++i) CHECK(std::fabs(read.samples[i] - expected[i]) < 1e-3f);
}

TEST_CASE("resampling keeps what both rates can hold, and nothing else") {
  for (const double step : {0.5, 0.8, 1.0, 1.25, 2.0}) {
    CAPTURE(step);
    const std::vector<float> slow = tone(500, 8000, 4000);
    const std::vector<float> out = data::resampled(slow, step);
    CHECK(out.size() == static_cast<size_t>(std::ceil(4000 / step)));
    const std::vector<float> expected = tone(500 * step, 8000, static_cast<int64_t>(out.size()));
    for (size_t i = 100; i + 100 < out.size(); ++i) CHECK(std::fabs(out[i] - expected[i]) < 1e-3f);
  }
  for (const float sample : data::resampled(tone(3500, 8000, 4000), 2)) CHECK(std::fabs(sample) < 0.06f);
  CHECK_THROWS_AS(data::resampled({1, 2}, 0), ValueError);
}

TEST_CASE("noise is as loud as asked for, and the same for the same seed") {
  Generator generator{3, 0}, again{3, 0};
  const std::vector<float> sound = tone(440, 8000, 20000);
  const std::vector<float> noisy = data::with_noise(sound, 20, 0.7, generator);
  CHECK(noisy == data::with_noise(sound, 20, 0.7, again));
  double noise = 0, own = 0;
  for (size_t i = 0; i < sound.size(); ++i) {
    noise += std::pow(static_cast<double>(noisy[i] - sound[i]), 2);
    own += std::pow(static_cast<double>(sound[i]), 2);
  }
  CHECK(10 * std::log10(own / noise) == Approx(20).margin(0.01));
}

TEST_CASE("SpecAugment hides whole steps and whole bands, and no step behind a recording's end") {
  Generator generator{5, 0};
  const Tensor x = ones({40, 20, 10});
  const std::vector<int64_t> frames(40, 12);
  const Tensor y = data::spec_augment(x, frames, {.time_share = 0.5, .frequency_share = 0.3}, generator);
  const Tensor zero = eq(y, 0).to(float32);
  const Tensor steps = eq(mean(zero, {2}), 1), bands = eq(mean(zero, {1}), 1);  // (40, 20), (40, 10)
  CHECK(equal(eq(y, 0), logical_or(steps.unsqueeze(2), bands.unsqueeze(1))));
  CHECK(!any(steps.narrow(1, 12, 8)));
  CHECK(any(steps));
  CHECK(any(bands));
  CHECK(amax(sum(steps.to(int64), {1})).item() <= 12);  // two of at most six
  CHECK(amax(sum(bands.to(int64), {1})).item() <= 6);
  CHECK(equal(data::spec_augment(x, frames, {.time_share = 0, .frequency_share = 0}, generator), x));
}

TEST_CASE("a directory of recordings: labels in the names, or transcripts.tsv") {
  const TempDir dir;
  const auto say = [&](const std::string& name) { data::write_recording(dir / name, {tone(440, 8000, 800), 8000}); };
  const auto refusal = [&](const data::LabelledRecordingOptions& options = {}) {
    return error_of<IoError>([&] { data::read_labelled_recordings(dir.path, options); });
  };
  CHECK(error_of<IoError>([&] { data::read_labelled_recordings(dir / "none"); }) ==
        "[" + (dir / "none") + "] does not exist; expected a directory of WAV files");
  CHECK(refusal() ==
        "[" + dir.path + "] it holds no WAV files and no transcripts.tsv; expected recordings such as 7_name_1.wav");
  say("10_ann_1.wav");
  CHECK(refusal() == "[" + dir.path + "] the only label is '10'; expected two or more");
  say("9_bob_1.wav"), say("9_ann_2.WAV");
  io::write_file(dir / "notes.txt", "no recording");
  const data::LabelledRecordings all = data::read_labelled_recordings(dir.path);
  CHECK(all.names == std::vector<std::string>{"9", "10"});
  CHECK(all.files == std::vector<std::string>{"10_ann_1.wav", "9_ann_2.WAV", "9_bob_1.wav"});
  CHECK(all.words == std::vector<std::vector<int64_t>>{{1}, {0}, {0}});
  CHECK(all.speakers == std::vector<std::string>{"ann", "ann", "bob"});
  CHECK(all.rate == 8000);
  CHECK_FALSE(all.transcribed);
  CHECK(refusal({.names = {"9", "8"}}) ==
        "[" + (dir / "10_ann_1.wav") + "] the label '10' does not occur in the training data, which has '9, 8'");
  say("nine.wav");
  CHECK(refusal() == "[" + (dir / "nine.wav") +
                         "] its name has no label; expected LABEL_..., as 7_name_1.wav has, or a file transcripts.tsv");
  const std::string table = dir / "transcripts.tsv";
  io::write_file(table, "nine.wav\tnine ten\n\n10_ann_1.wav\tten\n");
  const data::LabelledRecordings said = data::read_labelled_recordings(dir.path);
  CHECK(said.transcribed);
  CHECK(said.names == std::vector<std::string>{"nine", "ten"});
  CHECK(said.words == std::vector<std::vector<int64_t>>{{0, 1}, {1}});
  io::write_file(table, "nine.wav nine\n");
  CHECK(refusal() == "[" + table + ":1] 'nine.wav nine' has no file, tab and words; expected FILE<TAB>WORDS");
  io::write_file(table, "nine.wav\t \n");
  CHECK(refusal() == "[" + table + ":1] no words are said to be in it; expected FILE<TAB>WORDS");
  io::write_file(table, "nine.wav\ta b\nnine.wav\tb\n");
  CHECK(refusal() == "[" + table + ":2] 'nine.wav' is named twice, also in line 1");
  io::write_file(table, "nine.wav\tnine\tten\n");
  CHECK(refusal() == "[" + table + ":1] has more than one tab; expected FILE<TAB>WORDS");
  for (const char* elsewhere : {"../nine.wav", "a/../../nine.wav", "/nine.wav"}) {
    io::write_file(table, elsewhere + std::string("\ta b\n"));
    CHECK(refusal() == "[" + table + ":1] '" + elsewhere + "' lies elsewhere; expected a file of the same directory");
  }
  io::write_file(table, "other.wav\ta b\n");
  CHECK(refusal() ==
        "[" + table + ":1] there is no '" + (dir / "other.wav") + "'; expected a file of the same directory");
}
