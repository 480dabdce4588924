// The graph as text and as a drawing, whole.
#include "lemma/autograd.h"
#include "lemma/ops.h"
#include "tests/catch.h"

using namespace lemma;

namespace {
struct Example {
  Tensor a = named(tensor(2.0, {.requires_grad = true}), "a");
  Tensor b = named(tensor(1.0, {.requires_grad = true}), "b");
  Tensor c = named(a + b, "c"), d = named(b + 1, "d"), e = named(c * d, "e");
};
}  // namespace

TEST_CASE("explain: the documents' example before and after backward") {
  const Example x;
  CHECK(explain(x.e) ==
        "e = mul () = 6  holds 8 B\n"
        "├─ c = add () = 3\n"
        "│  ├─ a = leaf () = 2\n"
        "│  └─ b = leaf () = 1\n"
        "└─ d = add () = 2\n"
        "   └─ b = leaf () = 1\n"
        "3 operations hold 8 B\n");
  x.c.retain_grad();
  x.e.backward();
  CHECK(explain(x.e) ==
        "e = mul () = 6  (freed)\n"
        "├─ c = add () = 3  grad 2  (freed)\n"
        "│  ├─ a = leaf () = 2  grad 2\n"
        "│  └─ b = leaf () = 1  grad 5\n"
        "└─ d = add () = 2  (freed)\n"
        "   └─ b = leaf () = 1  grad 5\n"
        "3 operations hold 0 B\n");
}

TEST_CASE("explain: shapes and bytes of larger tensors, constants, other dtypes, shared parts") {
  const Tensor w = ones({64, 3}, {.requires_grad = true});
  CHECK(explain(sum(square(matmul(ones({5, 64}), w)))) ==
        "sum () = 61440\n"
        "└─ square (5, 3)  holds 60 B\n"
        "   └─ matmul (5, 3)  holds 1.2 KiB\n"
        "      ├─ constant (5, 64)\n"
        "      └─ leaf (64, 3)\n"
        "3 operations hold 1.3 KiB\n");
  // One of several results.
  CHECK(explain(split(tensor({1.0, 2.0, 3.0}, {.requires_grad = true}), 2)[1]) ==
        "split (1) = [3]\n"
        "└─ leaf (3) = [1 2 3]\n"
        "1 operations hold 0 B\n");
  const Tensor x = tensor({0.5, 2.0}, {.dtype = float64, .requires_grad = true});
  const Tensor h = exp(x);
  CHECK(explain(h + h) ==
        "add (2) float64 = [3.2974 14.778]\n"
        "├─ exp (2) float64 = [1.6487 7.3891]  holds 16 B\n"
        "│  └─ leaf (2) float64 = [0.5 2]\n"
        "└─ exp (2) float64 = [1.6487 7.3891]  holds 16 B  (shown above)\n"
        "2 operations hold 16 B\n");
  CHECK(explain(ones({2})) == "leaf (2) = [1 1]\n0 operations hold 0 B\n");
  CHECK(explain(Tensor()) == "undefined\n");
}

TEST_CASE("explain: a graph too long to read is cut, and counted") {
  Tensor y = tensor(1.0, {.requires_grad = true});
  for (int i = 0; i < 1000; ++i) y = y + 1;
  const std::string text = explain(y);
  CHECK(text.size() < 1'000'000);
  CHECK(text.find("more\n1000 operations hold 0 B\n") != std::string::npos);
}

TEST_CASE("to_dot: values, and a derivative on each edge") {
  const Example x;
  const std::string expected =
      "digraph lemma {\n"
      "  rankdir=BT; node [shape=box, fontname=\"monospace\"]; edge [fontname=\"monospace\"];\n"
      "  n0 [label=\"e = mul\\nvalue 6\\ngrad 1\"];\n"
      "  n1 [label=\"c = add\\nvalue 3\\ngrad 2\"];\n"
      "  n2 [label=\"d = add\\nvalue 2\\ngrad 3\"];\n"
      "  n3 [label=\"a\\nvalue 2\\ngrad 2\", style=rounded];\n"
      "  n4 [label=\"b\\nvalue 1\\ngrad 5\", style=rounded];\n"
      "  n1 -> n0 [label=\"2\"];\n"
      "  n2 -> n0 [label=\"3\"];\n"
      "  n3 -> n1 [label=\"1\"];\n"
      "  n4 -> n1 [label=\"1\"];\n"
      "  n4 -> n2 [label=\"1\"];\n"
      "}\n";
  CHECK(to_dot(x.e) == expected);
  CHECK(to_dot(x.e) == expected);  // it keeps the graph,
  CHECK(!x.a.grad().defined());    // leaves .grad alone,
  x.e.backward();                  // and backward still works
  CHECK(x.b.grad().item() == 5);
}

TEST_CASE("to_dot of tensors: shapes where values would not fit; of what has no graph: an error") {
  const Tensor w = named(ones({64, 3}, {.requires_grad = true}), "w");
  CHECK(to_dot(sum(w)) ==
        "digraph lemma {\n"
        "  rankdir=BT; node [shape=box, fontname=\"monospace\"]; edge [fontname=\"monospace\"];\n"
        "  n0 [label=\"sum\\nvalue 192\\ngrad 1\"];\n"
        "  n1 [label=\"w\\n(64, 3)\", style=rounded];\n"
        "  n1 -> n0;\n"
        "}\n");
  CHECK_THROWS_WITH(to_dot(ones({})), "[to_dot] the tensor has no graph: nothing it depends on requires a gradient");
  CHECK_THROWS_WITH(named(Tensor(), "x"), "[named] the tensor is undefined");
  // A quote or backslash in a name must not end the label.
  const Tensor odd = named(tensor(1.0, {.requires_grad = true}), "a\"b\\c");
  CHECK(to_dot(odd * 2).find("n1 [label=\"a\\\"b\\\\c\\nvalue 1") != std::string::npos);
}
