// Computation graphs as data, by module, and as pages.
#include <set>

#include "lemma/autograd.h"
#include "lemma/core/error.h"
#include "lemma/nn/encoder.h"
#include "lemma/nn/module_trace.h"
#include "lemma/ops.h"
#include "lemma/viz/graph_page.h"
#include "tests/catch.h"
#include "tests/find_text.h"
#include "tests/program.h"

using namespace lemma;

namespace {

const GraphPicture::Vertex& vertex(const GraphPicture& graph, const std::string& name) {
  for (const GraphPicture::Vertex& v : graph.vertices)
    if (v.name == name) return v;
  FAIL("no vertex " << name);
  return graph.vertices[0];
}

double derivative(const GraphPicture& graph, const std::string& from, const std::string& to) {
  for (const GraphPicture::Edge& edge : graph.edges)
    if (graph.vertices[edge.from].name == from && graph.vertices[edge.to].name == to) return edge.derivative;
  return NAN;
}

struct Block : nn::Module {  // its own call runs no hooks
  Tensor operator()(const Tensor& x) const { return out(tanh(matmul(x, weight))); }
  Tensor weight = ones({3, 3});
  nn::Linear out = child(this, "out", 3, 2);
  Block() { register_parameter("weight", weight); }
};

struct Net : nn::Module {
  Tensor operator()(const Tensor& x) const { return block(x * 2).sum(); }
  Block block = child(this, "block");
};

}  // namespace

TEST_CASE("the documents' example as data: values, gradients 2 and 5, a derivative on each edge") {
  const Tensor a = named(tensor(2.0, {.requires_grad = true}), "a"),
               b = named(tensor(1.0, {.requires_grad = true}), "b");
  const Tensor c = named(a + b, "c"), d = named(b + 1, "d"), e = named(c * d, "e");
  const GraphPicture graph = picture(e);
  REQUIRE(graph.vertices.size() == 5);
  CHECK(graph.vertices[0].name == "e");
  CHECK(graph.vertices[0].value == "6");
  CHECK(vertex(graph, "a").grad == "2");
  CHECK(vertex(graph, "b").grad == "5");
  CHECK(vertex(graph, "b").grad_norm == 5);
  CHECK(vertex(graph, "b").leaf == b.impl());
  CHECK(derivative(graph, "c", "e") == 2);
  CHECK(derivative(graph, "d", "e") == 3);
  CHECK(derivative(graph, "b", "d") == 1);
  CHECK(!a.grad().defined());
  CHECK_THROWS_WITH(picture(ones({})), "[picture] the tensor has no graph: nothing it depends on requires a gradient");

  const std::string html = viz::graph_html({"a & b", "", graph});
  CHECK(contains(html, "<h1>a &amp; b</h1>"));
  CHECK(contains(html, "\"edges\":[[2,4,\"2\"],[3,4,\"3\"],"));
  CHECK(contains(html, "<td>5</td><td>e = mul</td><td>3, 4</td><td>()</td><td>6</td><td>1</td>"));
  CHECK(!contains(html, "://www.w3.org/2000/svg\"><script"));
  CHECK(error_of<ValueError>([&] {
          viz::graph_html({"", "", graph, {"one"}});
        }) == "[graph_html] 1 modules for 5 vertices; give one for each or none");
}

TEST_CASE("every operation belongs to the module that ran it, with hooks or without") {
  Net net;
  const Tensor x = named(ones({2, 3}, {.requires_grad = true}), "x");
  GraphPicture graph;
  std::vector<std::string> modules;
  {
    const nn::ModuleTrace trace(net);
    graph = picture(net(x));
    modules = trace.modules(graph);
    trace.name_parameters(graph);
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < modules.size(); ++i) {
    CAPTURE(i, graph.vertices[i].op, graph.vertices[i].name);
    const std::string& op = graph.vertices[i].op;
    if (graph.vertices[i].name == "x" || op == "sum") CHECK(modules[i].empty());
    if (op == "tanh") CHECK(modules[i] == "block");
    if (graph.vertices[i].name == "bias") CHECK(modules[i] == "block.out");
    seen.insert(modules[i]);
  }
  CHECK(seen == std::set<std::string>{"", "block", "block.out"});
  CHECK(derivative(graph, "x", "x") != 0);  // no such edge: NaN
  // The hooks are gone.
  const nn::ModuleTrace later(net);
  CHECK(later.modules(graph).size() == modules.size());
}

TEST_CASE("an encoder's graph has all its modules, nested") {
  nn::TransformerEncoder encoder(8, 2, 2, {.dim_feedforward = 16});
  encoder.eval();
  const nn::ModuleTrace trace(encoder);
  const GraphPicture graph = picture(encoder(ones({1, 3, 8})).sum());
  const std::vector<std::string> modules = trace.modules(graph);
  const std::set<std::string> seen(modules.begin(), modules.end());
  for (const std::string layer : {"layers.0", "layers.1"})
    for (const char* part : {"", ".self_attn", ".self_attn.out_proj", ".linear1", ".linear2", ".norm1", ".norm2"})
      CHECK(seen.count(layer + part) == 1);
  for (size_t i = 0; i < modules.size(); ++i)
    if (graph.vertices[i].op == "softmax") CHECK(modules[i].ends_with("self_attn"));
}

TEST_CASE("graph draws a model's answer, or the example, or prints a tree") {
  const Program page = playground().run({"graph", "--model", "ner", "Anna lives in <Oslo>", "--out", "graph.html"});
  CAPTURE(page.err);
  CHECK(page.status == 0);
  CHECK(page.out.starts_with("Wrote graph.html: "));
  const std::string html = io::read_file(playground().dir / "graph.html");
  CHECK(contains(html, "\"module\":\"encoder.encoder.layers.0.self_attn\""));
  CHECK(contains(html, "surprise = "));
  CHECK(!contains(html, "<Oslo>"));
  CHECK(playground().run({"graph", "--out", "example.html"}).out ==
        "Wrote example.html: 3 operations, 2 leaf tensors.\n");
  CHECK(playground().run({"graph"}).out.starts_with("e = mul () = 6"));
  CHECK(contains(playground().run({"graph", "--model", "sentiment", "a fine film"}).out, "operations hold"));
  CHECK(playground().run({"graph", "a text"}).err == "lemma: [TEXT] needs a model that reads it; give --model DIR\n");
  CHECK(playground().run({"graph", "--model", "ner", " "}).status == 2);
  CHECK(playground().run({"graph", "--out", ""}).err == "lemma: [--out] is empty; expected a file\n");
}
