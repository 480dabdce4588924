// Draws from a generator's stream.
#include "lemma/random.h"

#include <pthread.h>

#include <cmath>
#include <mutex>

#include "kernels/kernels.h"
#include "kernels/philox.h"
#include "lemma/ops.h"
#include "lemma/tape/grad_mode.h"
#include "ops/check.h"

namespace lemma {
namespace {

Generator& pick(Generator* generator) { return generator ? *generator : default_generator(); }

Tensor draw(const char* op, Random kind, const Shape& shape, const TensorOptions& options, Generator* generator) {
  const DType dtype = options.dtype.value_or(DType::float32);
  if (!is_floating(dtype))
    throw DTypeError(op, fmt::format("draws floating-point numbers, not {}; see randint", name(dtype)), {dtype});
  Array array(shape, dtype, options.device);
  if (is_half(dtype)) {
    // The float32 numbers, cut to the half type's digits rather than rounded where [0, 1) must not become 1.
    NoGrad guard;
    Tensor x = draw(op, kind, shape, {.device = options.device}, generator);
    const double steps = dtype == DType::float16 ? 2048 : 256;
    if (kind == Random::Uniform) x = floor(x * steps) / steps;
    x = cast(x, dtype);
    return options.requires_grad ? x.requires_grad_() : x;
  }
  Generator& g = pick(generator);
  kernels::random(kind, array, g.seed, g.advance(static_cast<uint64_t>(array.numel())));
  return Tensor(std::move(array), options.requires_grad);
}

}  // namespace

// The seed of the last manual_seed(), from whatever thread, and how many there have been.
namespace {
std::mutex seed_mutex;
[[maybe_unused]] const int in_forks =  // a child gets it unlocked
    ::pthread_atfork([] { seed_mutex.lock(); }, [] { seed_mutex.unlock(); }, [] { seed_mutex.unlock(); });
uint64_t common_seed = 0, seeds_set = 0, threads_seen = 0;

struct Own {
  Generator generator;
  uint64_t seeds_seen = 0, thread = 0;
  Own() {
    const std::lock_guard lock(seed_mutex);
    thread = threads_seen++;
    follow();
  }
  // The first thread takes the seed itself, the others each one of its own.
  void follow() {
    seeds_seen = seeds_set;
    generator = {common_seed + thread * 0x9E3779B97F4A7C15u, 0};
  }
};
Own& own() {
  thread_local Own mine;
  return mine;
}
}  // namespace

Generator& default_generator() {
  Own& mine = own();
  const std::lock_guard lock(seed_mutex);
  if (mine.seeds_seen != seeds_set) mine.follow();
  return mine.generator;
}
void manual_seed(uint64_t seed) {
  Own& mine = own();
  const std::lock_guard lock(seed_mutex);
  common_seed = seed;
  mine.seeds_seen = ++seeds_set;
  mine.generator = {seed, 0};
}

double Generator::uniform() {
  double value;
  Array one({1}, DType::float64);
  kernels::random(Random::Uniform, one, seed, advance(1));
  value = *one.data<double>();
  return value;
}
// Beyond 2^32 the 53 bits of a float64 are too few: 63 are put together from two draws.
int64_t Generator::below(int64_t bound) {
  if (bound < 1) throw ValueError("Generator.below", fmt::format("bound is {}; expected 1 or more", bound));
  if (bound <= int64_t{1} << 32)
    return std::min(bound - 1, static_cast<int64_t>(uniform() * static_cast<double>(bound)));
  const int64_t high = static_cast<int64_t>(uniform() * 0x1p31), low = static_cast<int64_t>(uniform() * 0x1p32);
  return ((high << 32) | low) % bound;
}

Tensor rand(const Shape& shape, const TensorOptions& options, Generator* generator) {
  return draw("rand", Random::Uniform, shape, options, generator);
}
Tensor randn(const Shape& shape, const TensorOptions& options, Generator* generator) {
  return draw("randn", Random::Normal, shape, options, generator);
}

Tensor rand_like(const Tensor& x, Generator* generator) {
  check::defined("rand_like", x);
  return draw("rand_like", Random::Uniform, x.shape(), {.dtype = x.dtype(), .device = x.device()}, generator);
}
Tensor randn_like(const Tensor& x, Generator* generator) {
  check::defined("randn_like", x);
  return draw("randn_like", Random::Normal, x.shape(), {.dtype = x.dtype(), .device = x.device()}, generator);
}

namespace {
// Any int64, from two draws of 32 bits.
Tensor any_integer(const Shape& shape, Device device, Generator* generator) {
  const auto bits = [&] { return (rand(shape, {.dtype = float64, .device = device}, generator) * 0x1p32).to(int64); };
  const Tensor high = bits() - (int64_t{1} << 31);
  return high * (int64_t{1} << 32) + bits();
}
}  // namespace

/// floor(u n) for the n integers of a range of up to 2^32; of a wider one 64 bits, taken modulo n.
Tensor randint(int64_t low, int64_t high, const Shape& shape, const TensorOptions& options, Generator* generator) {
  if (low >= high) throw ValueError("randint", fmt::format("the range [{}, {}) is empty", low, high));
  const DType dtype = options.dtype.value_or(DType::int64);
  if (dtype == DType::boolean && (low < 0 || high > 2))
    throw ValueError("randint", fmt::format("bools are 0 or 1; the range [{}, {}) holds others", low, high));
  for (const int64_t end : {low, high - 1}) check::holds("randint", dtype, end);
  NoGrad guard;
  const uint64_t count = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  Tensor x;
  if (count <= uint64_t{1} << 32) {
    const Tensor u = rand(shape, {.dtype = float64, .device = options.device}, generator);
    x = floor(u * count).to(int64) + low;
  } else if (x = any_integer(shape, options.device, generator); count <= INT64_MAX) {
    x = remainder(x, count) + low;
  } else {  // more than half of all: those outside are moved inside, from either end
    const Tensor below = lt(x, low), above = ge(x, high);
    const int64_t room = low - INT64_MIN;
    x = where(below, where(below, x, zeros_like(x)) + room, x);
    x = where(above, where(above, x, full_like(x, high)) - high + low + room, x);
  }
  x = x.to(dtype);
  return options.requires_grad ? x.requires_grad_() : x;
}

/// The order that sorts n random numbers.
Tensor randperm(int64_t n, Generator* generator) {
  if (n < 0) throw ValueError("randperm", fmt::format("n cannot be negative, got {}", n));
  return argsort(rand({n}, {.dtype = float64}, generator), 0);
}

Tensor multinomial(const Tensor& probs, int64_t num_samples, bool replacement, Generator* generator) {
  check::floating("multinomial", probs);
  if (probs.dim() != 1 && probs.dim() != 2)
    throw ShapeError("multinomial", fmt::format("needs (N) or (B, N), got {}", probs.shape().str()), {probs.shape()});
  if (probs.dim() == 1)
    return multinomial(unsqueeze(probs.detach(), 0), num_samples, replacement, generator).select(0, 0);
  NoGrad guard;
  const Tensor p = probs.detach().to(float64);
  const int64_t rows = p.size(0), n = p.size(1);
  const Tensor positive = sum(gt(p, 0).to(int64), 1);
  if (n == 0 || any(logical_not(ge(p, 0))) || any(eq(positive, 0)) || any(eq(sum(p, 1), INFINITY)))
    throw ValueError("multinomial", "each row needs finite, non-negative probabilities with a positive sum");
  if (num_samples < 1)
    throw ValueError("multinomial", fmt::format("num_samples must be at least 1, got {}", num_samples));
  if (!replacement) {
    const int64_t fewest = static_cast<int64_t>(min(positive).item());
    if (num_samples > fewest)
      throw ValueError("multinomial",
                       fmt::format("cannot draw {} different samples: a row has only {} non-zero probabilities",
                                   num_samples, fewest));
    // Exponential races: the k smallest of e_i / p_i are a draw without replacement.
    const Tensor races = -log(1 - rand({rows, n}, {.dtype = float64, .device = p.device()}, generator)) / p;
    return topk(races, num_samples, 1, false).second;
  }
  // The first place where the running sum exceeds a uniform number of the total.
  const Tensor running = cumsum(p, 1);
  const Tensor u =
      rand({rows, num_samples}, {.dtype = float64, .device = p.device()}, generator) * narrow(running, 1, n - 1, 1);
  // By halving what is left, so that no row meets all of its classes at once.
  Tensor low = zeros({rows, num_samples}, {.dtype = int64, .device = p.device()}), high = full_like(low, n - 1);
  for (int64_t left = n - 1; left > 0; left /= 2) {
    const Tensor middle = floor_divide(low + high, 2);
    const Tensor beyond = le(gather(running, 1, middle), u);
    low = where(beyond, minimum(middle + 1, high), low);
    high = where(beyond, high, middle);
  }
  return low;
}

}  // namespace lemma
