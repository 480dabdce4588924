// Tutorial 18: vision. Text: docs/tutorials/18_vision.md
#include "18_breaks.h"

int lesson() {
  begin("18: vision", "What must a network know about pictures before it has seen one?", "half a minute", 1);
  set_num_threads(1);  // models this small do not gain from a second
  const Digits learn = read_digits("data/image/train.csv"), dev = read_digits("data/image/dev.csv");

  section("A picture is a table of numbers");
  check("pictures to learn from", "(1000, 1, 8, 8)", learn.x.shape().str());
  show_maps({map_of("a 3", learn.x[learn_example(learn, 3)][0]), map_of("a 7", learn.x[learn_example(learn, 7)][0])});

  section("A convolution by hand");
  const Tensor bar = tensor({{0., 0., 1., 0., 0.}, {0., 0., 1., 0., 0.}, {0., 0., 1., 0., 0.}, {0., 0., 1., 0., 0.}});
  const Tensor edge = tensor({{-1., 1.}});  // one row, two columns
  show("picture", bar);
  show("filter", edge);
  const Tensor found = conv2d(bar.reshape({1, 1, 4, 5}), edge.reshape({1, 1, 1, 2}));
  check("shape: 5 - 2 + 1 columns", "(1, 1, 4, 4)", found.shape().str());
  check("a row of the result: right minus left", {0, 1, -1, 0}, found[0][0][0]);
  say("  1 where it grows bright from left to right, -1 where it grows dark, 0 where nothing changes.");

  section("It is a product of matrices");
  const Tensor x = learn.x.narrow(0, 0, 5);  // (5, 1, 8, 8)
  const nn::Conv2d conv(1, 16, Dims(3), nn::ConvOptions{.padding = 1});
  NoGrad guard;
  const Tensor windows = pad(pad(x, 2, 1, 1), 3, 1, 1).unfold(2, 3, 1).unfold(3, 3, 1);  // (5, 1, 8, 8, 3, 3)
  const Tensor rows = windows.permute({0, 2, 3, 1, 4, 5}).reshape({5, 64, 9});           // a row for each place
  const Tensor product = matmul(rows, conv.weight.reshape({16, 9}).t()) + conv.bias;     // (5, 64, 16)
  check("windows as rows", "(5, 64, 9)", rows.shape().str());
  const Tensor same = product.transpose(1, 2).reshape({5, 16, 8, 8});
  check("largest difference from Conv2d", 0, amax(abs(same - conv(x))).item(), 1e-5);
  check("parameters: 16 filters of 3 x 3, and biases", 160, static_cast<double>(conv.num_parameters()));
  check("a Linear between as many numbers", 64 * 1024 + 1024,
        static_cast<double>(nn::Linear(64, 1024).num_parameters()));

  section("What is moved in the picture is moved in the result");
  const Tensor inner = pad(pad(x.narrow(2, 2, 4).narrow(3, 2, 4), 2, 2, 2, -1), 3, 2, 2, -1);  // black at its borders
  const auto middle = [](const Tensor& y) { return y.narrow(2, 2, 4).narrow(3, 2, 4); };
  const Tensor then = middle(conv(moved(inner, 1, 0))), before = middle(moved(conv(inner), 1, 0));
  check("conv(moved) - moved(conv), inside", 0, amax(abs(then - before)).item(), 1e-5);

  section("Three networks");
  const GradMode on(true);
  Flat flat;
  Cnn cnn;
  Vit vit;
  check("shape of the CNN's last features", "(5, 32, 4, 4)", cnn.features(x).shape().str());
  check("shape of the ViT's tokens", "(5, 17, 32)", vit.tokens(x).shape().str());
  const Tensor cut = x.unfold(2, 2, 2).unfold(3, 2, 2).reshape({5, 16, 4});  // patches of 2 x 2, as rows
  const Tensor patches = matmul(cut, vit.patches.weight.reshape({32, 4}).t()) + vit.patches.bias;
  check("patches are a Linear of cut-out pieces", 0,
        amax(abs(patches - flatten(vit.patches(x), 2).transpose(1, 2))).item(), 1e-5);
  fit(flat, learn, 600, false);
  fit(cnn, learn, 600, true);
  fit(vit, learn, 2500, true);
  const double one = accuracy(flat, dev), two = accuracy(cnn, dev), three = accuracy(vit, dev);
  say("\n  {:<34} parameters   on dev", "");
  say("  {:<34} {:>10}   {:.3f}", "Linear on the pixels", flat.num_parameters(), one);
  say("  {:<34} {:>10}   {:.3f}", "CNN, with shifted pictures", cnn.num_parameters(), two);
  say("  {:<34} {:>10}   {:.3f}\n", "ViT, with shifted pictures", vit.num_parameters(), three);
  claim("the CNN is above 0.95", two > 0.95);
  claim("and above the Linear by 0.08", two > one + 0.08);
  claim("the ViT is above the Linear", three > one);

  section("The same pictures, one pixel to the right");
  const Digits right{moved(dev.x, 0, 1), dev.y};
  const double one_moved = accuracy(flat, right), two_moved = accuracy(cnn, right);
  say("  Linear {:.3f}, CNN {:.3f}", one_moved, two_moved);
  claim("the Linear loses more than 0.15", one_moved < one - 0.15);
  claim("the CNN loses less than 0.05", two_moved > two - 0.05);

  section("The same pictures, all pixels in another order");
  const Tensor order = randperm(64);
  const auto mixed = [&](const Digits& d) {
    return Digits{index_select(flatten(d.x, 1), 1, order).reshape({-1, 1, 8, 8}), d.y};
  };
  Flat flat_mixed;
  Cnn cnn_still, cnn_mixed;
  fit(cnn_still, learn, 600, false);  // for a fair comparison: a moved picture means nothing once pixels are mixed
  fit(flat_mixed, mixed(learn), 600, false);
  fit(cnn_mixed, mixed(learn), 600, false);
  const double flat_after = accuracy(flat_mixed, mixed(dev)), cnn_after = accuracy(cnn_mixed, mixed(dev));
  const double still = accuracy(cnn_still, dev);
  say("  Linear {:.3f}, before {:.3f}; CNN {:.3f}, before {:.3f}, both without moved pictures", flat_after, one,
      cnn_after, still);
  claim("to the Linear it is all one, to 0.03", std::abs(flat_after - one) < 0.03);
  claim("the CNN has lost more than 0.03", cnn_after < still - 0.03);

  section("What they look at");
  show_looks(cnn, vit, dev);

  return finish(
      {"A picture is a table; what is near what matters, and a Linear on its pixels does not know it.",
       "A convolution is one small Linear at every place: few parameters, and what it learns holds everywhere.",
       "A ViT cuts the picture into tokens. It knows nothing of nearness, and learns it from more steps.",
       "Moved copies of the pictures teach what may change without changing the answer."},
      {"Count by hand the parameters of conv2 and its batch norm, and check them.",
       "Give the Linear moved pictures to learn from. Does it help?",
       "Which filter finds bright lines that lie? Build it by hand, and use it on a 7.",
       "Take the max over all places instead of the mean at the CNN's end. What changes?"},
      "scripts/tutorial.sh 19   (the whole program: build/lemma train image)");
}

int main(int argc, char** argv) {
  return run(lesson, argc, argv,
             {{.name = "in_train_mode", .mistake = "asking for answers in train mode", .show = in_train_mode},
              {.name = "no_places", .mistake = "a ViT without positions", .show = no_places},
              {.name = "reshaped", .mistake = "reshape where the axes should be permuted", .show = reshaped}});
}
