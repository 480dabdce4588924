#include <sys/stat.h>

#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "lemma/io/files.h"
#include "lemma/io/safetensors.h"
#include "lemma/ops.h"
#include "tests/catch.h"
#include "tests/temp_dir.h"

using namespace lemma;

namespace {

// A file of the header length, the header and `data_bytes` zero bytes.
void write_raw(const std::string& path, const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), 8);
  io::write_file(path, bytes + header + std::string(data_bytes, '\0'));
}

// The refusal of such a file, without its path.
std::string refusal(const std::string& header, size_t data_bytes) {
  TempDir dir;
  const std::string path = dir / "x.safetensors";
  write_raw(path, header, data_bytes);
  const std::string text = error_of<IoError>([&] { io::load_safetensors(path); });
  return text.substr(0, path.size() + 3) == "[" + path + "] " ? text.substr(path.size() + 3) : text;
}

std::string refusal_of_bytes(const std::string& bytes) {
  TempDir dir;
  io::write_file(dir / "x", bytes);
  return error_of<IoError>([&] { io::load_safetensors(dir / "x"); }).substr((dir / "x").size() + 3);
}

// Without the disk's confirmation, for the tests that write a file a thousand times.
void write_fast(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string entry(const std::string& fields) { return "{\"w\":{" + fields + "}}"; }

}  // namespace

TEST_CASE("tensors of every dtype and shape survive a round trip, in order, with metadata") {
  TempDir dir;
  const io::NamedTensors tensors = {
      {"mask", tensor({true, false, true})},
      {"b", tensor({{1.5, -2.5}, {3.25, 4.0}})},
      {"a", tensor({1e300, -1e-300}, {.dtype = float64})},
      {"ids", tensor({int64_t{1} << 62, int64_t{-5}})},
      {"half", tensor({1.5, -65504.0, 6e-8}, {.dtype = float16})},
      {"brain", tensor({{1.5, 3e38}}, {.dtype = bfloat16})},
      {"scalar", tensor(7.0)},
      {"empty", zeros({0, 3})},
      {"transposed", tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}).t()},
      {"näme \"quoted\"", tensor({2.0}).requires_grad_()},
      {"rank 8", ones({1, 2, 1, 2, 1, 2, 1, 2})},
  };
  io::save_safetensors(dir / "x", tensors, {{"format", "pt"}, {"note", "line\nbreak"}});
  const io::SafeTensors back = io::load_safetensors(dir / "x");
  REQUIRE(back.tensors.size() == tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    CAPTURE(tensors[i].first);
    CHECK(back.tensors[i].first == tensors[i].first);
    CHECK(back.tensors[i].second.dtype() == tensors[i].second.dtype());
    CHECK(back.tensors[i].second.shape() == tensors[i].second.shape());
    CHECK(equal(back.tensors[i].second, tensors[i].second.detach().to(Device::cpu()).contiguous()));
    CHECK(!back.tensors[i].second.requires_grad());
  }
  CHECK(back.metadata == io::Metadata{{"format", "pt"}, {"note", "line\nbreak"}});
  CHECK(back.find("scalar")->item() == 7.0);
  CHECK(back.find("none") == nullptr);
  CHECK(dir.entries() == 1);
}

TEST_CASE("the file lies as the format says: header padded to 8, wide elements first") {
  TempDir dir;
  io::save_safetensors(dir / "x", {{"flag", tensor({true})}, {"w", tensor({1.0, 2.0})}});
  const std::string bytes = io::read_file(dir / "x");
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  const std::string header = bytes.substr(8, length);
  CHECK(
      header.substr(0, header.find_last_not_of(' ') + 1) ==
      R"({"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})");
  CHECK(bytes.size() == 8 + length + 9);
  io::save_safetensors(dir / "none", {});
  CHECK(io::load_safetensors(dir / "none").tensors.empty());
}

TEST_CASE("float16 and bfloat16 are read as they are, int32 as int64") {
  TempDir dir;
  const auto load = [&](const char* type, const std::vector<uint16_t>& halves, int64_t count) {
    const std::string header =
        fmt::format(R"({{"w":{{"dtype":"{}","shape":[{}],"data_offsets":[0,{}]}}}})", type, count, halves.size() * 2);
    const uint64_t length = header.size();
    std::string bytes(reinterpret_cast<const char*>(&length), 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(halves.data()), halves.size() * 2);
    io::write_file(dir / "x", bytes);
    return io::load_safetensors(dir / "x").tensors[0].second;
  };
  // 1, -2, largest, smallest subnormal, -0, infinity, NaN
  const Tensor half = load("F16", {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x8000, 0x7C00, 0x7E00}, 7);
  CHECK(half.dtype() == float16);
  const std::vector<float> h = half.to_vector<float>();
  CHECK(std::vector<float>(h.begin(), h.begin() + 4) == std::vector<float>{1, -2, 65504, 0x1p-24f});
  CHECK((h[4] == 0 && std::signbit(h[4])));
  CHECK((std::isinf(h[5]) && std::isnan(h[6])));
  const Tensor brain = load("BF16", {0x3F80, 0xC040, 0x7F80}, 3);
  CHECK(brain.dtype() == bfloat16);
  CHECK(brain.to_vector<float>() == std::vector<float>{1, -3, INFINITY});
  const Tensor i32 = load("I32", {0xFFFF, 0xFFFF, 0x0000, 0x0001}, 2);
  CHECK(i32.dtype() == int64);
  CHECK(i32.to_vector<int64_t>() == std::vector<int64_t>{-1, 65536});
}

TEST_CASE("headers that other writers make are read: any order, spaces, metadata last, no tensors") {
  TempDir dir;
  write_raw(
      dir / "x",
      R"(  { "b" : {"data_offsets":[0,4],"shape":[],"dtype":"F32"}, "a":{"dtype":"I64","shape":[1,1],"data_offsets":[4,12]}, "__metadata__":{"k":"v"} }  )",
      12);
  const io::SafeTensors file = io::load_safetensors(dir / "x");
  CHECK(file.tensors[0].first == "b");
  CHECK(file.tensors[1].second.shape() == Shape({1, 1}));
  CHECK(file.metadata.at("k") == "v");
}

TEST_CASE("hostile headers are refused with a sentence that names the tensor") {
  const std::string dtype = R"("dtype":"F32",)", shape = R"("shape":[2],)", offsets = R"("data_offsets":[0,8])";
  const struct {
    std::string header;
    size_t data_bytes;
    std::string text;
  } cases[] = {
      {"", 0, "the header is not valid JSON at its byte 1; this is not a safetensors file, or it is damaged"},
      {"hello", 0, "the header is not valid JSON at its byte 1; this is not a safetensors file, or it is damaged"},
      {"{\"w\":", 0, "the header is not valid JSON at its byte 6; this is not a safetensors file, or it is damaged"},
      {"{} x", 0, "the header is not valid JSON at its byte 4; this is not a safetensors file, or it is damaged"},
      {"{\"\xff\":1}", 0,
       "the header is not valid JSON at its byte 3; this is not a safetensors file, or it is damaged"},
      {"[]", 0, "the header is a list; it must be a JSON object of tensors"},
      {"3", 0, "the header is a number; it must be a JSON object of tensors"},
      {"null", 0, "the header is null; it must be a JSON object of tensors"},
      {"\"text\"", 0, "the header is a string; it must be a JSON object of tensors"},
      {std::string(1'000'000, '['), 0, "the header is a list; it must be a JSON object of tensors"},
      {"{\"w\":" + std::string(1'000'000, '['), 0, "tensor 'w' is a list; it must be an object"},
      {R"({"w":{"dtype":{"dtype":{}}}})", 0, "tensor 'w' has an object in its dtype"},
      {R"({"w":{"shape":[[2]]}})", 0, "tensor 'w' has a list in its shape"},
      {R"({"w":{"shape":[{}]}})", 0, "tensor 'w' has an object in its shape"},
      {R"({"w":true})", 0, "tensor 'w' is a boolean; it must be an object"},
      {entry(dtype + shape + offsets + R"(,"extra":1)"), 8,
       "tensor 'w' has an unknown field 'extra'; known: dtype, shape, data_offsets"},
      {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
       16, "tensor 'w' appears twice"},
      {entry(dtype + dtype + shape + offsets), 8, "tensor 'w' has the field 'dtype' twice"},
      {entry(dtype + shape + shape + offsets), 8, "tensor 'w' has the field 'shape' twice"},
      {entry(shape + offsets), 8, "tensor 'w' has no dtype"},
      {entry(dtype + offsets), 8, "tensor 'w' has no shape"},
      {entry(dtype + R"("shape":[2])"), 8, "tensor 'w' has no data_offsets"},
      {entry(R"("dtype":"F8_E4M3","shape":[2],)" + offsets), 8,
       "tensor 'w' has dtype 'F8_E4M3'; Lemma reads F32, F64, I64, BOOL, F16, BF16 and I32"},
      {entry(R"("dtype":7,)" + shape + offsets), 8, "tensor 'w' has a number in its dtype"},
      {entry(dtype + R"("shape":"2",)" + offsets), 8, "tensor 'w' has a string in its shape"},
      {entry(dtype + R"("shape":[-2],)" + offsets), 8, "tensor 'w' has -2 in its shape; numbers there are 0 or more"},
      {entry(dtype + R"("shape":[2.5],)" + offsets), 8,
       "tensor 'w' has '2.5' in its shape; numbers there are whole and below 2^63"},
      {entry(dtype + R"("shape":[99999999999999999999],)" + offsets), 8,
       "tensor 'w' has '99999999999999999999' in its shape; numbers there are whole and below 2^63"},
      {entry(dtype + R"("shape":[9223372036854775808],)" + offsets), 8,
       "tensor 'w' has 9223372036854775808 in its shape, which is beyond any file"},
      {entry(dtype + R"("shape":[1,1,1,1,1,1,1,1,2],)" + offsets), 8,
       "tensor 'w' has 9 dims; Lemma's tensors have at most 8"},
      {entry(dtype + R"("shape":[4294967296,4294967296],)" + offsets), 8,
       "tensor 'w' of shape (4294967296, 4294967296) is larger than any file"},
      {entry(dtype + R"("shape":[0,4294967296,4294967296],"data_offsets":[0,0])"), 0,
       "tensor 'w' of shape (0, 4294967296, 4294967296) is larger than any file"},
      {entry(dtype + R"("shape":[3],)" + offsets), 8,
       "tensor 'w' of shape (3) and dtype F32 takes 12 bytes; its data_offsets give it 8"},
      {entry(R"("dtype":"F64",)" + shape + offsets), 8,
       "tensor 'w' of shape (2) and dtype F64 takes 16 bytes; its data_offsets give it 8"},
      {entry(dtype + shape + R"("data_offsets":[0])"), 8,
       "tensor 'w' has 1 numbers in its data_offsets; it needs begin and end"},
      {entry(dtype + shape + R"("data_offsets":[8,0])"), 8, "tensor 'w' begins at byte 8, after its end at 0"},
      {entry(dtype + shape + R"("data_offsets":[-8,0])"), 8,
       "tensor 'w' has -8 in its data_offsets; numbers there are 0 or more"},
      {entry(dtype + shape + offsets), 7,
       "tensor 'w' ends at byte 8 of the data, which has 7; the file is cut short or damaged"},
      {entry(dtype + shape + R"("data_offsets":[9223372036854775799,9223372036854775807])"), 8,
       "tensor 'w' ends at byte 9223372036854775807 of the data, which has 8; the file is cut short or damaged"},
      {entry(dtype + shape + R"("data_offsets":[4,12])"), 12,
       "tensor 'w' begins at byte 4 where 0 was expected; tensors must follow each other without holes"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
       12, "tensor 'b' begins at byte 4 where 8 was expected; tensors must follow each other without overlap"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
       8, "tensor 'b' begins at byte 0 where 8 was expected; tensors must follow each other without overlap"},
      {entry(dtype + shape + offsets), 11, "has 3 bytes after the last tensor; the file is damaged"},
      {R"({"__metadata__":{"a":1}})", 0, "__metadata__ has a number as 'a'; it holds strings only"},
      {R"({"__metadata__":{"a":"1","a":"2"}})", 0, "__metadata__ has the field 'a' twice"},
      {R"({"__metadata__":[]})", 0, "__metadata__ is a list; it must be an object"},
      {"{\"bad\\u001b[31m\\nname\":1}", 0, "tensor 'bad\\x1b[31m\\x0aname' is a number; it must be an object"},
  };
  for (const auto& [header, data_bytes, text] : cases) {
    CAPTURE(header.substr(0, 200));
    CHECK(refusal(header, data_bytes) == text);
  }
}

TEST_CASE("files that are not safetensors or lie about their header are refused") {
  const auto length = [](uint64_t n) { return std::string(reinterpret_cast<const char*>(&n), 8); };
  CHECK(refusal_of_bytes("") == "has 0 bytes; a safetensors file has at least 8");
  CHECK(refusal_of_bytes("PK\x03\x04\x14" + std::string(40, '\0')) ==
        "is a zip archive, as torch.save writes; convert it in Python: safetensors.torch.save_file(torch.load(file), "
        "\"model.safetensors\")");
  CHECK(refusal_of_bytes("\x01\0\0") == "has 1 bytes; a safetensors file has at least 8");
  CHECK(refusal_of_bytes(length(10) + "{}") ==
        "claims a header of 10 bytes but only 2 follow; this is not a safetensors file, or it is cut short");
  CHECK(refusal_of_bytes(length(uint64_t{1} << 63) + "{}") ==
        "claims a header of 9223372036854775808 bytes but only 2 follow; this is not a safetensors file, or it is cut "
        "short");
  CHECK(refusal_of_bytes(length(~uint64_t{0}) + "{}") ==
        "claims a header of 18446744073709551615 bytes but only 2 follow; this is not a safetensors file, or it is cut "
        "short");
  TempDir dir;
  CHECK(error_of<IoError>([&] { io::load_safetensors(dir.path); }) == "[" + dir.path + "] is a directory; give a file");
  CHECK(error_of<IoError>([&] { io::load_safetensors(dir / "none"); }) ==
        "[" + (dir / "none") + "] cannot be opened: No such file or directory; check the path");
  CHECK(error_of<IoError>([] { io::load_safetensors("/dev/zero"); }) ==
        "[/dev/zero] is not a regular file; give a safetensors file");
  write_raw(dir / "bools", R"({"w":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", 0);
  io::write_file(dir / "bools", io::read_file(dir / "bools") + "\x02");
  CHECK(error_of<IoError>([&] { io::load_safetensors(dir / "bools"); }) ==
        "[" + (dir / "bools") + "] tensor 'w' holds the byte 2 where a bool is 0 or 1");
}

TEST_CASE("a file cut at any byte is refused, never read in part") {
  TempDir dir;
  io::save_safetensors(dir / "x", {{"a", tensor({1.0, 2.0, 3.0})}, {"b", tensor({true, false})}});
  const std::string bytes = io::read_file(dir / "x");
  for (size_t n = 0; n < bytes.size(); ++n) {
    write_fast(dir / "cut", bytes.substr(0, n));
    CHECK_THROWS_AS(io::load_safetensors(dir / "cut"), IoError);
  }
}

TEST_CASE("a header with any byte changed is read or refused, and never crashes") {
  TempDir dir;
  io::save_safetensors(dir / "x", {{"a", tensor({1.0, 2.0, 3.0})}, {"b", tensor({true, false})}});
  const std::string bytes = io::read_file(dir / "x");
  int refused = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const char replacement : {'\0', '9', '"', '{', '\xff'}) {
      std::string changed = bytes;
      changed[at] = replacement;
      write_fast(dir / "changed", changed);
      try {
        io::load_safetensors(dir / "changed");
      } catch (const IoError&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 400);
}

TEST_CASE("what cannot be saved is refused before the file is touched") {
  TempDir dir;
  const std::string path = dir / "x";
  CHECK(error_of<ValueError>([&] {
          io::save_safetensors(path, {{"w", tensor(1.0)}, {"w", tensor(2.0)}});
        }) == "[save_safetensors] two tensors are named 'w'");
  CHECK(error_of<ValueError>([&] {
          io::save_safetensors(path, {{"w", Tensor()}});
        }) == "[save_safetensors] tensor 'w' is undefined");
  CHECK(error_of<ValueError>([&] {
          io::save_safetensors(path, {{"__metadata__", tensor(1.0)}});
        }) == "[save_safetensors] '__metadata__' is reserved by the format; give the tensor another name");
  CHECK(error_of<ValueError>([&] {
          io::save_safetensors(path, {{"\xff", tensor(1.0)}});
        }) == "[save_safetensors] a tensor's name or a metadata text is not valid UTF-8");
  CHECK(dir.entries() == 0);
  CHECK(error_of<IoError>([] {
          io::save_safetensors("/dev/full", {{"w", tensor(1.0)}});
        }) == "[/dev/full] cannot be written: No space left on device; free some space or choose another place");
}
