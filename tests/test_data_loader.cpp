// DataLoader: which items, in which order, with a worker and without; what goes wrong in it.
#include "lemma/data/loader.h"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "lemma/lemma.h"
#include "tests/catch.h"

using namespace lemma;

namespace {

// Item i is (i, i * i).
struct Squares {
  int64_t count = 10;
  int64_t size() const { return count; }
  std::pair<int64_t, double> get(int64_t i) const { return {i, static_cast<double>(i * i)}; }
};

template <class Loader>
std::vector<std::vector<int64_t>> numbers(const Loader& loader) {
  std::vector<std::vector<int64_t>> seen;
  for (const auto& [i, square] : loader) seen.push_back(i.template to_vector<int64_t>());
  return seen;
}

using Numbers = std::vector<std::vector<int64_t>>;

}  // namespace

TEST_CASE("A loader gives every item once, in order, the last batch being what is left") {
  const data::DataLoader loader(Squares{}, {.batch_size = 4});
  CHECK(loader.size() == 3);
  CHECK(numbers(loader) == Numbers{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}});
  CHECK(numbers(loader).size() == 3);  // again
  const data::DataLoader full(Squares{}, {.batch_size = 4, .drop_last = true});
  CHECK(full.size() == 2);
  CHECK(numbers(full) == Numbers{{0, 1, 2, 3}, {4, 5, 6, 7}});
  CHECK(numbers(data::DataLoader(Squares{0}, {.batch_size = 4})).empty());
  for (const auto& [i, square] : loader) CHECK(square.dtype() == float32);
}

TEST_CASE("The same seed gives the same order, with a worker and without, and each pass its own") {
  const auto shuffled = [](uint64_t seed, int64_t prefetch) {
    Generator generator{seed, 0};
    const data::DataLoader loader(Squares{50},
                                  {.batch_size = 8, .shuffle = true, .prefetch = prefetch, .generator = &generator});
    Numbers two = numbers(loader);
    for (auto& batch : numbers(loader)) two.push_back(batch);
    return two;
  };
  const Numbers once = shuffled(7, 0);
  CHECK(shuffled(7, 0) == once);
  CHECK(shuffled(7, 1) == once);
  CHECK(shuffled(7, 3) == once);
  CHECK(shuffled(7, 100) == once);
  CHECK_FALSE(shuffled(8, 0) == once);
  std::vector<int64_t> first, second, sorted(50);
  for (size_t b = 0; b < 14; ++b)
    for (const int64_t i : once[b]) (b < 7 ? first : second).push_back(i);
  CHECK_FALSE(first == second);
  for (int64_t i = 0; i < 50; ++i) sorted[static_cast<size_t>(i)] = i;
  CHECK_FALSE(first == sorted);
  std::sort(first.begin(), first.end());
  CHECK(first == sorted);

  manual_seed(3);
  const Numbers by_default = numbers(data::DataLoader(Squares{}, {.batch_size = 4, .shuffle = true}));
  manual_seed(3);
  CHECK(numbers(data::DataLoader(Squares{}, {.batch_size = 4, .shuffle = true, .prefetch = 2})) == by_default);
}

TEST_CASE("What items draw at random is the same with a worker and without, and the caller's numbers go on as before") {
  struct Noisy {
    int64_t size() const { return 6; }
    Tensor get(int64_t) const { return randn({3}); }
  };
  const auto values = [](int64_t prefetch) {
    manual_seed(5);
    std::vector<float> all;
    for (const Tensor& batch : data::DataLoader(Noisy(), {.batch_size = 2, .prefetch = prefetch}))
      for (const float x : batch.to_vector<float>()) all.push_back(x);
    all.push_back(rand({1}).to_vector<float>()[0]);
    return all;
  };
  const std::vector<float> without = values(0);
  CHECK(without.size() == 19);
  CHECK(values(2) == without);
  CHECK(std::set<float>(without.begin(), without.end()).size() == 19);
}

TEST_CASE("TensorDataset gives rows; the loader stacks them again") {
  const Tensor x = randn({5, 3}), y = arange(5);
  const data::TensorDataset rows({x, y});
  CHECK(rows.size() == 5);
  CHECK(equal(rows.get(2).at(0), x[2]));
  std::vector<Tensor> batches;
  for (const auto& batch : data::DataLoader(rows, {.batch_size = 3})) {
    batches.push_back(batch.at(0));
    CHECK(batch.at(1).shape() == Shape{batch.at(0).size(0)});
  }
  CHECK(equal(cat(batches, 0), x));
  CHECK_THROWS_WITH(data::TensorDataset({x, zeros({4})}),
                    "[TensorDataset] a tensor is (4), the first one (5, 3); all need the same number of rows");
  CHECK_THROWS_WITH(data::TensorDataset({}), "[TensorDataset] no tensors given; pass one or more");
}

TEST_CASE("Items of many kinds become batches by themselves; other kinds by a function") {
  struct Mixed {
    int64_t size() const { return 3; }
    std::tuple<bool, float, std::string, std::vector<Tensor>> get(int64_t i) const {
      return {i == 1,
              0.5f * static_cast<float>(i),
              std::string(static_cast<size_t>(i), 'x'),
              {full({2}, static_cast<double>(i)), tensor(i)}};
    }
  };
  for (const auto& [flag, half, text, parts] : data::DataLoader(Mixed(), {.batch_size = 3})) {
    CHECK(equal(flag, tensor({false, true, false})));
    CHECK(equal(half, tensor({0.0, 0.5, 1.0})));
    CHECK(text == std::vector<std::string>{"", "x", "xx"});
    CHECK(parts.at(0).shape() == Shape{3, 2});
    CHECK(equal(parts.at(1), tensor({0, 1, 2})));
  }
  const auto longest = [](const std::vector<std::pair<int64_t, double>>& items) {
    double most = 0;
    for (const auto& [i, square] : items) most = std::max(most, square);
    return most;
  };
  std::vector<double> found;
  for (const double most : data::DataLoader(Squares{}, {.batch_size = 4, .prefetch = 1}, longest))
    found.push_back(most);
  CHECK(found == std::vector<double>{9, 49, 81});

  struct Ragged {
    int64_t size() const { return 2; }
    std::vector<Tensor> get(int64_t i) const { return std::vector<Tensor>(static_cast<size_t>(i + 1), ones({1})); }
  };
  const data::DataLoader ragged(Ragged(), {.batch_size = 2});
  CHECK_THROWS_WITH(ragged.begin(),
                    "[collate] an item has 2 parts, the first one 1; give the loader a collate function");
}

TEST_CASE("Which items go together can be said by a function") {
  data::LoaderOptions options{.prefetch = 1, .batches = [](Generator&) { return Numbers{{3}, {1, 2}}; }};
  CHECK(numbers(data::DataLoader(Squares{}, options)) == Numbers{{3}, {1, 2}});
  options.batches = [](Generator&) { return Numbers{{3}, {10}}; };
  CHECK_THROWS_WITH(numbers(data::DataLoader(Squares{}, options)),
                    "[DataLoader] options.batches names item 10, outside [0, 10)");
  options.batches = [](Generator&) { return Numbers{{}}; };
  CHECK_THROWS_WITH(numbers(data::DataLoader(Squares{}, options)),
                    "[DataLoader] options.batches gives a batch without items");
}

TEST_CASE("What the worker throws comes out where its batch would, after the batches before it") {
  struct Broken {
    int64_t size() const { return 9; }
    Tensor get(int64_t i) const {
      if (i == 5) throw ValueError("Broken", "item 5 is unreadable");
      return tensor(i);
    }
  };
  for (const int64_t prefetch : {0, 1, 8}) {
    int64_t batches = 0;
    const auto read = [&] {
      for (const Tensor& batch : data::DataLoader(Broken(), {.batch_size = 2, .prefetch = prefetch}))
        batches += batch.defined();
    };
    CHECK_THROWS_WITH(read(), "[Broken] item 5 is unreadable");
    CHECK(batches == 2);
  }
}

TEST_CASE("A worker makes no more than was asked for ahead, and a loop may be left early") {
  struct Counting {
    std::atomic<int64_t>* made;
    int64_t size() const { return 1000; }
    Tensor get(int64_t i) const {
      ++*made;
      return tensor(i);
    }
  };
  std::atomic<int64_t> made{0};
  for (int round = 0; round < 20; ++round) {
    made = 0;
    const data::DataLoader loader(Counting{&made}, {.batch_size = 1, .prefetch = 3});
    int64_t taken = 0;
    for (const Tensor& batch : loader) {
      CHECK(batch.item() == static_cast<double>(taken));
      if (++taken == 5) break;
    }
    CHECK(made <= 5 + 3 + 1);  // taken, waiting, in the making
  }
  // The worker is ahead: all that fits is made while the consumer looks at its first batch.
  made = 0;
  const data::DataLoader loader(Counting{&made}, {.batch_size = 1, .prefetch = 3});
  const auto first = loader.begin();
  for (int i = 0; i < 2000 && made < 4; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(made >= 4);
  CHECK((*first).item() == 0);
}

TEST_CASE("A loader refuses options that mean nothing, and the dataset may have a name of its own") {
  const Squares squares;
  CHECK_THROWS_WITH(data::DataLoader(squares, {.batch_size = 0}), "[DataLoader] batch_size is 0; expected 1 or more");
  CHECK_THROWS_WITH(data::DataLoader(squares, {.prefetch = -1}), "[DataLoader] prefetch is -1; expected 0 or more");
  CHECK(numbers(data::DataLoader(squares, {.batch_size = 10})).size() == 1);
}
