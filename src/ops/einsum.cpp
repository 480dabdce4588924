// einsum: every product of tensors as permute, reshape and one matmul per pair of operands.
#include <algorithm>
#include <map>

#include "lemma/core/words.h"
#include "lemma/ops.h"
#include "ops/check.h"
#include "ops/composition.h"

namespace lemma {
namespace {

struct Term {
  Tensor x;
  std::string letters;  // one per dim
};

[[noreturn]] void bad(const std::string& equation, const std::string& why) {
  throw ShapeError("einsum", "'" + equation + "': " + why);
}

// What "..." stands for: dims counted from the last, as numbers below the letters, which no equation holds.
char hidden(int from_last) { return static_cast<char>(kMaxRank - from_last); }
bool is_hidden(char c) { return c >= 1 && c <= kMaxRank; }

// The letters of a term for a tensor of `rank` dims, its "..." written out.
std::string written_out(const std::string& equation, const std::string& term, int rank) {
  const size_t dots = term.find("...");
  if (dots == std::string::npos) return term;
  const int rest = rank - static_cast<int>(term.size() - 3);
  if (rest < 0 || term.find('.', dots + 3) != std::string::npos)
    bad(equation, fmt::format("term '{}' does not fit an operand of {}", term, words::plural(rank, "dim")));
  std::string between;
  for (int i = rest; i-- > 0;) between.push_back(hidden(i));
  return term.substr(0, dots) + between + term.substr(dots + 3);
}

// Without "->": the dims of "...", then the letters that occur once, in the order of the alphabet.
std::string implied_result(const std::vector<std::string>& terms) {
  std::map<char, int> count;
  for (const std::string& term : terms)
    for (char c : term) ++count[c];
  std::string result;
  for (const auto& [c, n] : count)
    if (is_hidden(c) || n == 1) result.push_back(c);
  return result;
}

// A repeated letter means the diagonal of its dims.
Term take_diagonals(Term term) {
  for (size_t i = 0; i < term.letters.size(); ++i) {
    const size_t j = term.letters.find(term.letters[i], i + 1);
    if (j == std::string::npos) continue;
    const char letter = term.letters[i];
    term.x = diagonal(term.x, 0, static_cast<int64_t>(i), static_cast<int64_t>(j));
    term.letters.erase(j, 1);
    term.letters.erase(i, 1);
    term.letters.push_back(letter);
    i = static_cast<size_t>(-1);  // start over: the letters have moved
  }
  return term;
}

// Sums over the letters that are no longer needed.
Term sum_out(Term term, const std::string& needed) {
  Dims dims;
  std::string rest;
  for (size_t i = 0; i < term.letters.size(); ++i) {
    if (needed.find(term.letters[i]) == std::string::npos)
      dims.push_back(static_cast<int64_t>(i));
    else
      rest.push_back(term.letters[i]);
  }
  if (dims.empty()) return term;
  return {sum(term.x, dims), rest};
}

Tensor arranged(const Term& term, const std::string& order) {
  Dims dims;
  for (char letter : order) dims.push_back(static_cast<int64_t>(term.letters.find(letter)));
  return permute(term.x, dims);
}

// (batch, left, contracted) x (batch, contracted, right) -> letters batch + left + right.
Term contract(const Term& a, const Term& b, const std::string& needed) {
  std::string batch, left, right, contracted;
  for (char c : a.letters) {
    const bool in_b = b.letters.find(c) != std::string::npos;
    if (!in_b)
      left.push_back(c);
    else if (needed.find(c) != std::string::npos)
      batch.push_back(c);
    else
      contracted.push_back(c);
  }
  for (char c : b.letters)
    if (a.letters.find(c) == std::string::npos) right.push_back(c);
  const auto extent = [](const Term& t, const std::string& letters) {
    int64_t n = 1;
    for (char c : letters) n = multiply_sizes("einsum", n, t.x.size(static_cast<int64_t>(t.letters.find(c))));
    return n;
  };
  Shape batch_shape, result_shape;
  for (char c : batch) batch_shape.push_back(a.x.size(static_cast<int64_t>(a.letters.find(c))));
  result_shape = batch_shape;
  for (char c : left) result_shape.push_back(a.x.size(static_cast<int64_t>(a.letters.find(c))));
  for (char c : right) result_shape.push_back(b.x.size(static_cast<int64_t>(b.letters.find(c))));
  // Batch dims stay separate, so that views such as split heads need no copy before the product.
  Shape shape_a = batch_shape, shape_b = batch_shape;
  shape_a.push_back(extent(a, left));
  shape_a.push_back(extent(a, contracted));
  shape_b.push_back(extent(b, contracted));
  shape_b.push_back(extent(b, right));
  const Tensor y = matmul(reshape(arranged(a, batch + left + contracted), shape_a),
                          reshape(arranged(b, batch + contracted + right), shape_b));
  return {reshape(y, result_shape), batch + left + right};
}

}  // namespace

Tensor einsum(const std::string& equation, const std::vector<Tensor>& operands) {
  const Composition named("einsum");
  std::string text;
  std::copy_if(equation.begin(), equation.end(), std::back_inserter(text), [](char c) { return c != ' '; });
  const size_t arrow = std::min(text.find("->"), text.size());
  std::vector<std::string> letters;
  for (size_t at = 0; at <= arrow;) {
    const size_t end = std::min(text.find(',', at), arrow);
    letters.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  if (operands.empty()) bad(equation, "needs at least one operand");
  if (letters.size() != operands.size())
    bad(equation, fmt::format("has {} for {}", words::plural(static_cast<int64_t>(letters.size()), "term"),
                              words::plural(static_cast<int64_t>(operands.size()), "operand")));
  std::vector<Term> terms;
  std::map<char, int64_t> sizes;
  int widest = 0;  // dims of the longest "..."
  for (size_t i = 0; i < operands.size(); ++i) {
    check::numeric("einsum", operands[i]);
    const std::string named_letters = letters[i];
    letters[i] = written_out(equation, named_letters, operands[i].dim());
    Term term{operands[i], letters[i]};
    if (term.letters.size() != static_cast<size_t>(term.x.dim()))
      bad(equation, fmt::format("term '{}' names {}, but operand {} of shape {} has {}", named_letters,
                                words::plural(static_cast<int64_t>(term.letters.size()), "dim"), i,
                                term.x.shape().str(), term.x.dim()));
    for (size_t d = 0; d < term.letters.size(); ++d) {
      const char c = term.letters[d];
      const size_t again = term.letters.find(c, d + 1);
      if (again != std::string::npos &&
          term.x.size(static_cast<int64_t>(d)) != term.x.size(static_cast<int64_t>(again)))
        bad(equation, fmt::format("'{}' is {} in one place and {} in another of operand {} of shape {}", c,
                                  term.x.size(static_cast<int64_t>(d)), term.x.size(static_cast<int64_t>(again)), i,
                                  term.x.shape().str()));
      if (is_hidden(c)) widest = std::max(widest, kMaxRank + 1 - c);
      if (!is_hidden(c) && !std::isalpha(static_cast<unsigned char>(c)))
        bad(equation, fmt::format("'{}' is not a letter", c));
      const int64_t n = term.x.size(static_cast<int64_t>(d));
      int64_t& known = sizes.emplace(c, n).first->second;
      if (known == 1) known = n;
      if (n != known && n != 1)
        bad(equation,
            fmt::format("'{}' is {} in one place and {} in operand {} of shape {}",
                        is_hidden(c) ? std::string("...") : std::string(1, c), known, n, i, term.x.shape().str()));
    }
    terms.push_back(take_diagonals(std::move(term)));
  }
  // A dim of size 1 stretches: the product does it where the letter is missing.
  for (Term& term : terms)
    for (size_t d = term.letters.size(); d-- > 0;)
      if (term.x.size(static_cast<int64_t>(d)) == 1 && sizes[term.letters[d]] != 1) {
        term.x = squeeze(term.x, static_cast<int64_t>(d));
        term.letters.erase(d, 1);
      }
  std::string result = implied_result(letters);
  if (arrow < text.size()) {
    const std::string wanted = text.substr(arrow + 2);
    result = written_out(equation, wanted, static_cast<int>(wanted.size()) - 3 + widest);
  }
  for (size_t i = 0; i < result.size(); ++i) {
    if (!sizes.count(result[i])) bad(equation, fmt::format("'{}' of the result is in no operand", result[i]));
    if (result.find(result[i], i + 1) != std::string::npos)
      bad(equation, fmt::format("'{}' appears twice in the result", result[i]));
  }
  // Left to right; a letter is needed while a later term or the result names it.
  Term so_far = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    std::string later = result;
    for (size_t j = i + 1; j < terms.size(); ++j) later += terms[j].letters;
    so_far = contract(sum_out(so_far, later + terms[i].letters), sum_out(terms[i], later + so_far.letters), later);
  }
  return named(arranged(sum_out(so_far, result), result));
}

}  // namespace lemma
