#include "tests/fuzz/machine.h"

#include <limits>

namespace fuzz {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max(), kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kIntegers[] = {kMax,
                                 kMin,
                                 kMax - 1,
                                 kMin + 1,
                                 kMax / 2,
                                 kMin / 2,
                                 int64_t{1} << 31,
                                 int64_t{1} << 32,
                                 -(int64_t{1} << 31),
                                 3037000500,
                                 1000000007,
                                 65536,
                                 4097,
                                 1000,
                                 257,
                                 100,
                                 65,
                                 64,
                                 63,
                                 33,
                                 32,
                                 31,
                                 17,
                                 16,
                                 15,
                                 -3,
                                 -4,
                                 -8,
                                 -9,
                                 -100};
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kReals[] = {0.0,    -0.0,    1.0,     -1.0,   0.5,   -2.5,   1e-30,
                             1e30,   65504.0, 65520.0, 3.4e38, 1e308, 5e-324, -1e-45,
                             1e-7,   88.8,    -104,    710.0,  kInf,  -kInf,  std::numeric_limits<double>::quiet_NaN(),
                             9.3e18, -9.3e18, 2e9};

}  // namespace

int64_t Machine::integer() {
  const uint8_t b = in.byte();
  if (b < 176 || reals) return b % 11 - 2;
  return kIntegers[(b - 176) % std::size(kIntegers)];
}

Number Machine::number() {
  const uint8_t b = in.byte();
  if (reals) return (b - 128) / 37.0;
  if (b < 64) return b % 8 - 3;
  if (b < 128) return (b - 96) / 8.0;
  if (b < 192) return kReals[b % std::size(kReals)];
  return kIntegers[b % std::size(kIntegers)];
}

DType Machine::dtype() {
  constexpr DType all[] = {float32, float64, int64, boolean, float16, bfloat16};
  const uint8_t b = in.byte();
  return reals ? float64 : all[b % 6];
}

std::optional<int64_t> Machine::maybe_dim() {
  if (in.flag()) return std::nullopt;
  return dim();
}

std::vector<int64_t> Machine::integers() {
  std::vector<int64_t> all(in.below(reals ? 4 : 10));
  for (int64_t& each : all) each = integer();
  return all;
}
Dims Machine::dims() { return Dims(integers()); }

Shape Machine::shape() {
  std::vector<int64_t> all(in.below(5));
  for (int64_t& each : all) {
    const uint8_t b = in.byte();
    each = b < 200 || reals ? b % 5 : b < 250 ? b - 200 : integer();
  }
  return Shape(all);
}

Shape Machine::shape_of(const Tensor& x) {
  const int64_t n = x.numel(), a = 1 + static_cast<int64_t>(in.below(8));
  switch (in.below(5)) {
    case 0:
      return Shape{n};
    case 1:
      return Shape{a, -1};
    case 2:
      return Shape{-1, a, 1};
    case 3:
      return x.shape();
    default:
      return Shape(integers());
  }
}

Tensor Machine::filled(const Shape& shape, DType dtype) {
  double size = 1;
  for (const int64_t n : shape) size *= static_cast<double>(n);
  if (!(size >= 0 && size <= kLargest)) return full(shape, number(), {.dtype = dtype});
  uint64_t state = in.byte();
  const size_t kind = in.below(reals ? 1 : 4);
  std::vector<double> values(static_cast<size_t>(size));
  std::vector<int64_t> integers(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto draw = static_cast<int64_t>(state >> 33);
    integers[i] =
        kind == 3 ? kIntegers[static_cast<size_t>(draw) % std::size(kIntegers)] : draw % 8 - (kind == 2 ? 4 : 0);
    values[i] = kind == 0   ? static_cast<double>(draw) / 0x1p31 * 4 - 2
                : kind == 3 ? kReals[static_cast<size_t>(draw) % std::size(kReals)]
                            : static_cast<double>(integers[i]);
  }
  if (dtype == int64) return from_data(integers.data(), shape);
  if (dtype == boolean) return ne(from_data(integers.data(), shape), 0);
  return from_data(values.data(), shape).to(dtype);
}

Tensor Machine::fresh() {
  const DType type = dtype();
  Tensor x = filled(shape(), type);
  if (in.flag() && is_floating(type) && !reals) x.requires_grad_();
  return x;
}

Tensor Machine::any() {
  if (pool.empty()) return filled(shape(), dtype());
  const Tensor x = pool[pool.size() - 1 - in.below(pool.size())];
  return copies ? clone(x.detach()) : x;
}

Tensor Machine::like(const Tensor& x) {
  switch (in.below(4)) {
    case 0:
      return any();
    case 1:
      return any().to(x.dtype());
    case 2:
      return filled(x.shape(), x.dtype());
    default:
      return filled(x.dim() > 0 ? Shape{x.size(-1)} : Shape{}, x.dtype());
  }
}

Tensor Machine::ids(int64_t bound) {
  if (in.below(4) == 0 && !reals) return any();
  bound = std::clamp<int64_t>(bound, 1, 1000);
  const Shape wanted = shape();
  Tensor raw = filled(wanted, int64);
  return in.below(8) == 0 && !reals ? raw : remainder(raw, bound);
}

Tensor Machine::mask(const Tensor& x) { return in.flag() && !reals ? any() : filled(x.shape(), boolean); }

std::vector<Tensor> Machine::several() {
  std::vector<Tensor> all(in.below(4));
  for (Tensor& each : all) each = all.front().defined() ? like(all.front()) : any();
  return all;
}

std::vector<TensorIndex> Machine::indices(const Tensor& x) {
  std::vector<TensorIndex> all;
  for (size_t n = in.below(4); n > 0; --n) switch (in.below(6)) {
      case 0:
        all.emplace_back(integer());
        break;
      case 1:
        all.emplace_back(Slice(maybe_dim(), maybe_dim(), in.flag() ? std::optional(integer()) : std::nullopt));
        break;
      case 2:
        all.emplace_back(None);
        break;
      case 3:
        all.emplace_back(Ellipsis);
        break;
      case 4:
        all.emplace_back(ids(x.dim() > 0 ? x.size(0) : 1));
        break;
      default:
        all.emplace_back(mask(x));
    }
  return all;
}

void Machine::keep(const Tensor& x) {
  if (!x.defined() || x.numel() > kLargest) return;
  pool.push_back(x);
  if (pool.size() > 12) pool.erase(pool.begin());
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> rows;
    for (const auto& part :
         {elementwise_operations(), reducing_operations(), moving_operations(), writing_operations()})
      rows.insert(rows.end(), part.begin(), part.end());
    return rows;
  }();
  return all;
}

}  // namespace fuzz
