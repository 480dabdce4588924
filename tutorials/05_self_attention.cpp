// Tutorial 05: self-attention. Text: docs/tutorials/05_self_attention.md
#include "05_breaks.h"
#include "05_model.h"
#include "tutorial.h"

using namespace lemma;
using namespace tutorial;

void vectors() {
  section("Words become vectors: token, id, vocabulary, embedding");
  const std::vector<std::string> vocabulary{"the", "cat", "and", "dog", "ran"};
  std::vector<int64_t> ids;
  for (const char* token : {"the", "cat", "and", "the", "dog", "ran"})
    ids.push_back(std::find(vocabulary.begin(), vocabulary.end(), token) - vocabulary.begin());
  say("  A vocabulary lists each word once: the cat and dog ran. A word's place in it, counted from 0, is its id.\n"
      "  A text is cut into tokens, here its words: the | cat | and | the | dog | ran. Each is replaced by its id.");
  check("ids", {0, 1, 2, 0, 3, 4}, tensor(ids));
  const Tensor table = tensor({{0.0, 0.0}, {1.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}, {0.0, 2.0}});
  say("\n  An embedding is a table with a row of numbers for each id. The rows are parameters, so they are learnt.");
  check("table: 5 words, 2 numbers each", "(5, 2)", table.shape().str());
  check("embedding(table, ids): 6 tokens", "(6, 2)", embedding(table, tensor(ids)).shape().str());
  check("rows 0, 1, 2, 0, 3, 4", {0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 2}, embedding(table, tensor(ids)));
}

void look_up() {
  section("From a dictionary to a soft look-up");
  const Tensor keys = tensor({{1.0, 0.0}, {0.0, 1.0}, {-1.0, 0.0}}), values = tensor({{10.0}, {20.0}, {30.0}});
  say("  A dictionary: the key (1, 0) has the value 10, the key (0, 1) has 20, the key (-1, 0) has 30.\n"
      "  The query, what one asks for, is (1, 0): it gives 10. For (0.9, 0.1) it has no such key and gives nothing.\n"
      "  A soft look-up compares the query with each key by a dot product, and mixes the values by softmax.");
  const Tensor query = tensor({{1.0, 0.0}}), scores = matmul(query, keys.t());
  check("query (1, 2) x keys^T (2, 3)", "(1, 3)", scores.shape().str());
  check("scores: 1*1 + 0*0, 1*0 + 0*1, 1*-1 + 0*0", {1, 0, -1}, scores);
  check("weights: softmax of the scores", {0.6652, 0.2447, 0.0900}, softmax(scores, 1));
  check("0.6652*10 + 0.2447*20 + 0.0900*30", 14.2479, matmul(softmax(scores, 1), values).item());
  check("the query (10, 0): nearly the dictionary", 10.0005, matmul(softmax(scores * 10, 1), values).item());
}

void without_parameters() {
  section("Self-attention without parameters: Y = X softmax(X^T X, down the columns)");
  say("  Each token is its own query, key and value. Here tokens are columns: three tokens of two numbers.");
  const Tensor x = tensor({{1.0, 0.0, -1.0}, {0.0, 1.0, 0.0}}), weights = softmax(matmul(x.t(), x), 0);
  show("X", x);
  check("X^T (3, 2) x X (2, 3)", "(3, 3)", weights.shape().str());
  check("column 0 of the weights: token 0 asks", {0.6652, 0.2447, 0.0900}, weights.select(1, 0));
  const Tensor y = matmul(x, weights);
  check("X (2, 3) x weights (3, 3)", "(2, 3)", y.shape().str());
  check("y0 = 0.6652*x0 + 0.2447*x1 + 0.0900*x2", {0.5752, 0.2447}, y.select(1, 0));
  claim("the library's guide::basic_self_attention is this", allclose(y, guide::basic_self_attention(x)));
  say("\n  Row form, tokens as rows as everywhere else here: Y = softmax(X X^T, along the rows) X, X now (3, 2).");
  const Tensor rows = x.t();
  claim("it is the column form, transposed", allclose(matmul(softmax(matmul(rows, rows.t()), 1), rows), y.t()));
  std::string message = "nothing";
  try {
    matmul(x, softmax(matmul(x, x.t()), 1).t());
  } catch (const ShapeError& error) {
    message = error.what();
  }
  say("\n  The notebook that these steps follow puts X X^T into the column form, 'since X^T X is symmetric'. But:\n"
      "  {}",
      message);
  claim("X (2, 3) times (2, 2) is refused", message.find("(2, 3)") != std::string::npos);
  const Tensor s = tensor({{1.0, 2.0, 3.0}, {2.0, 2.0, 4.0}, {3.0, 4.0, 5.0}});
  claim("its own example is 3 x 3 and symmetric: it hides the mistake", equal(matmul(s, s.t()), matmul(s.t(), s)));
}

void with_parameters() {
  section("Queries, keys, values: softmax(Q K^T / sqrt(d)) V");
  say("  Three maps let a token ask for one thing, offer another, hand over a third. x: the cat and dog, (4, 2).");
  const int64_t D = 2, d = 3;
  const Tensor x = tensor({{0.0, 0.0}, {1.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}});
  const nn::Linear queries(D, d, false), keys(D, d, false), values(D, d, false);
  const Tensor q = queries(x), k = keys(x), v = values(x);
  const Tensor scores = matmul(q, k.t()) / std::sqrt(static_cast<double>(d));
  const Tensor weights = softmax(scores, 1), y = matmul(weights, v);
  check("q, k and v: (4, 2) x (2, 3)", "(4, 3)", q.shape().str());
  check("scores = q k^T / sqrt(3): (4, 3) x (3, 4)", "(4, 4)", scores.shape().str());
  check("each row of weights adds up to 1", {1, 1, 1, 1}, weights.sum(1));
  check("y = weights v: (4, 4) x (4, 3)", "(4, 3)", y.shape().str());
  claim("Q K^T is not symmetric, as X X^T is: the cat may ask for the dog, and the dog for none",
        equal(matmul(x, x.t()), matmul(x, x.t()).t()) && !allclose(scores, scores.t(), 1e-3, 1e-3));
  claim("the library: scaled_dot_product_attention", allclose(y, scaled_dot_product_attention(q, k, v), 1e-5, 1e-6));
  claim("with columns: V softmax(K^T Q / sqrt(d), down the columns)",
        allclose(matmul(v.t(), softmax(matmul(k, q.t()) / std::sqrt(3.0), 0)), y.t(), 1e-5, 1e-6));
}

void root() {
  section("Why divide by sqrt(d)");
  say("  A score is a sum of d products. With entries of size 1 and either sign, the sum's size is about sqrt(d).\n"
      "  For 1000 random queries with 4 keys each: the usual size (standard deviation) of the scores, the largest of\n"
      "  4 weights on average, and the length of the gradient at the scores: half of the 1000 are smaller (median).\n");
  say("         without the root             divided by sqrt(d)");
  say("  d      scores   largest  gradient   scores   largest  gradient");
  double length[2] = {};
  for (const int64_t d : {4, 64, 1024}) {
    std::string line = fmt::format("  {:<4}", d);
    const Tensor q = randn({1000, 1, d}), k = randn({1000, 4, d}), g = randn({1000, 4});
    for (const double divisor : {1.0, std::sqrt(static_cast<double>(d))}) {
      const Tensor scores = (matmul(q, k.transpose(1, 2)).squeeze(1) / divisor).requires_grad_();  // (1000, 4)
      const Tensor weights = softmax(scores, 1);
      (weights * g).sum().backward();  // a loss whose gradient at the weights is g
      length[divisor > 1] = median(norm(scores.grad(), {1})).item();
      line += fmt::format("   {:>6.2f}   {:>7.2f}  {:>8.4f}", scores.detach().std({0, 1}).item(),
                          amax(weights, {1}).mean().item(), length[divisor > 1]);
    }
    say("{}", line);
  }
  claim("d = 1024 without the root: one weight takes all, and the gradient is gone", length[0] < 1e-3);
  claim("d = 1024 with it: as at d = 4", length[1] > 0.2);
}

void backward() {
  section("Backward: Y = P V, P = softmax(S), S = Q K^T / sqrt(d)");
  const TensorOptions exact{.dtype = float64, .requires_grad = true};
  const std::vector<Tensor> in{randn({2, 3}, exact), randn({4, 3}, exact), randn({4, 5}, exact)};  // Q, K, V
  const Tensor g = randn({2, 5}, {.dtype = float64});                                              // dL/dY
  const std::vector<Tensor> by_tape = grad({(attend(in[0], in[1], in[2]) * g).sum()}, in);
  const std::vector<Tensor> by_hand = attend_gradients(in[0].detach(), in[1].detach(), in[2].detach(), g);
  for (size_t i = 0; i < 3; ++i)
    claim(fmt::format("d{}, shape {}: the tape agrees with the formula", "QKV"[i], by_hand[i].shape().str()),
          allclose(by_tape[i], by_hand[i], 1e-10, 1e-12));
  claim("central differences agree",
        static_cast<bool>(gradcheck([](const std::vector<Tensor>& x) { return attend(x[0], x[1], x[2]); }, in)));
}

void drawers() {
  section("A task that a mean cannot do");
  say("  Four drawers with a letter and a number each, and a question: b3 d1 a6 c0 b? has the answer 3. The vector of\n"
      "  a token is its letter's row plus its number's row. Order does not matter; positions come in step 07.");
  Drawers one = make_drawers(1, 1), swapped = one;
  const Reader mean(16, equal_weights), reader(16);
  swapped.numbers = index_select(one.numbers, 1, tensor({1, 0, 3, 2, 4}));  // the same numbers in other drawers
  claim("move the numbers to other drawers: other answers, but the mean of the tokens is the same",
        allclose(mean.embed(one).mean(1), mean.embed(swapped).mean(1), 1e-5, 1e-6));
  say("  So from the mean one can only guess among the four numbers: right 1 time in 4, a loss of ln 4 = 1.39.");
  double loss = 0;
  learn(mean, 1, 400, 0.01, [&](int step, double now) { loss += step > 300 ? now / 100 : 0; });
  say("  A reader that gives each token the weight 1/5, after 400 steps of 64 examples: {:.2f}", loss);
  claim("it knows which numbers there are, and is stuck at ln 4", std::abs(loss - std::log(4.0)) < 0.1);
  say("\n  By attention. How much the question takes from each token, as the weights form:\n");
  say("  step   loss     {}", token_names(one));
  learn(reader, 1, 200, 0.01, [&](int step, double now) {
    if (step == 0 || step == 10 || step == 20 || step == 50 || step == 200)
      say("  {:<4}   {:.2f}     {}", step, now, shades(reader.weights(one)[0][kDrawers]));
  });
  claim("more than 99 of 100 answers are right", accuracy(reader, 1).item() > 0.99);
}

int lesson() {
  begin("05: self-attention",
        "How can a token fetch what it needs from other tokens, when which ones it needs depends on what they are?",
        "a moment", 1);
  set_num_threads(1);  // models this small do not gain from a second
  for (const auto part : {vectors, look_up, without_parameters, with_parameters, root, backward, drawers}) part();
  return finish(
      {"Text becomes tokens, tokens ids, ids rows of an embedding.",
       "Attention is a soft look-up: softmax of query . key says how to mix the values, in rows that add up to 1.",
       "Scores grow with sqrt(d). Undivided, they make softmax pick one key, and no gradient comes through.",
       "A mean weighs all tokens alike; attention computes the weights from the tokens, so it can look things up."},
      {"By what must the query (1, 0) be multiplied so that the look-up's first weight exceeds 0.99?",
       "Permute the rows of x before attention. What happens to y? What can attention not know, therefore?",
       "Divide the scores by -sqrt(d): keys unlike the query get the weight. Does the reader still learn, and why?",
       "Two drawers with the same letter, c5 and c2: what does a trained reader answer to c?, and with what weights?"},
      "scripts/tutorial.sh 06");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "no_root", .mistake = "scores not divided by sqrt(d)", .show = no_root},
              {.name = "softmax_wrong_dim", .mistake = "softmax over queries, not keys", .show = softmax_wrong_dim}});
}
