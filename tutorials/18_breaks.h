#pragma once
/// What the networks of step 18 look at, and its classic mistakes.

#include "18_model.h"

using namespace lemma;
using namespace tutorial;

/// The first picture of a digit.
inline int64_t learn_example(const Digits& digits, int64_t digit) {
  return argmax(eq(digits.y, digit).to(float32), 0).item<int64_t>();
}

inline void show_looks(Cnn& cnn, Vit& vit, const Digits& dev) {
  NoGrad guard;
  cnn.eval(), vit.eval();
  const Tensor x = dev.x.narrow(0, learn_example(dev, 7), 1);
  const Tensor late = cnn.features(x)[0];                                        // (32, 4, 4)
  const Tensor each = sum(cnn.head.weight.unsqueeze(2).unsqueeze(3) * late, 1);  // (10, 4, 4)
  check("a class map's mean and its bias are its logit", cnn(x)[0][7].item(),
        each[7].mean().item() + cnn.head.bias[7].item(), 1e-4);
  std::vector<Tensor> weights;
  vit.logits(x, &weights);                             // each (1, 4, 17, 17)
  const Tensor looked = weights.back().mean(1)[0][0];  // (17)
  check("attention of the class token, sum", 1, looked.sum().item());
  const viz::PictureMap picture = map_of("the picture", x[0][0]);
  show_maps({picture, viz::spread_over(map_of("CNN: for 7", each[7]), picture),
             viz::spread_over(map_of("ViT: looked at", looked.narrow(0, 1, 16).reshape({4, 4})), picture)});
}

inline void in_train_mode() {
  const Digits dev = read_digits("data/image/dev.csv");
  Cnn cnn;
  NoGrad guard;
  const auto moves = [&] {
    const Tensor alone = cnn(dev.x.narrow(0, 0, 1)), among = cnn(dev.x.narrow(0, 0, 50)).narrow(0, 0, 1);
    return amax(abs(alone - among)).item();
  };
  say("  One picture alone, and the same among fifty. In train mode batch norm uses the batch's mean and variance:");
  claim("in train mode its logits depend on the other pictures", moves() > 1e-2);
  cnn.eval();
  check("after eval() they do not", 0, moves(), 1e-5);
}

inline void no_places() {
  const Digits dev = read_digits("data/image/dev.csv");
  Vit vit;
  NoGrad guard;
  const Tensor x = dev.x.narrow(0, 0, 20);
  // The upper half below the lower one: whole patches change places.
  const Tensor swapped = cat({x.narrow(2, 4, 4), x.narrow(2, 0, 4)}, 2);
  const auto moves = [&] { return amax(abs(vit(x) - vit(swapped))).item(); };
  claim("with positions the halves may not change places", moves() > 1e-3);
  vit.with_places = false;
  check("without them a 6 is as good as its halves swapped", 0, moves(), 1e-4);
}

inline void reshaped() {
  const Tensor colours = arange(12).reshape({2, 2, 3});  // rows, columns, colours: as most files have it
  const Tensor wrong = colours.reshape({3, 2, 2}), good = colours.permute({2, 0, 1});
  say("  A file gives (H, W, C), a convolution wants (C, H, W). Both lines have the right shape:");
  check("reshape", "(3, 2, 2)", wrong.shape().str());
  check("permute", "(3, 2, 2)", good.shape().str());
  check("the first colour, by permute", {0, 3, 6, 9}, good[0]);
  claim("by reshape it is made of all three", !equal(wrong[0], good[0]));
  say("  Nothing fails, and a network even learns a little. Draw one picture of the batch, and you see it at once.");
}
